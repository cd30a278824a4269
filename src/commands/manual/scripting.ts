/** The manual of the scripting commands; `manual.ts` tells how it is written. */
export const scriptingManual = `
FCALL function numkeys [key …] [arg …]
  depends on the function

FCALL_RO function numkeys [key …] [arg …]
  depends on the function

FUNCTION

FUNCTION DELETE library-name
  O(1)

FUNCTION DUMP
  O(N), N libraries

FUNCTION FLUSH [async=<ASYNC | SYNC>]
  O(N), N libraries

FUNCTION HELP
  O(1)

FUNCTION KILL
  O(1)

FUNCTION LIST [LIBRARYNAME library-name-pattern] [WITHCODE]
  O(N), N libraries

FUNCTION LOAD [REPLACE] function-code
  O(1)

FUNCTION RESTORE serialized-value [policy=<FLUSH | APPEND | REPLACE>]
  O(N), N libraries

FUNCTION STATS
  O(1)

EVAL script numkeys [key …] [arg …]
  depends on the script

EVAL_RO script numkeys [key …] [arg …]
  depends on the script

EVALSHA sha1 numkeys [key …] [arg …]
  depends on the script

EVALSHA_RO sha1 numkeys [key …] [arg …]
  depends on the script

SCRIPT

SCRIPT EXISTS sha1 …
  O(N), N scripts

SCRIPT FLUSH [async@6.2.0=<ASYNC | SYNC>]
  O(N), N scripts
  6.2.0: ASYNC and SYNC

SCRIPT HELP
  O(1)

SCRIPT KILL
  O(1)

SCRIPT LOAD script
  O(N), N bytes

SCRIPT DEBUG mode=<YES | SYNC | NO>
  O(1)
`;
