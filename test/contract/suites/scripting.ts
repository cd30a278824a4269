/** Scripts and functions: EVAL and its family, SCRIPT, FUNCTION, FCALL. What Lua itself does is in test/oracle/lua.test.ts. */
import { suite } from "../suite.ts";
import { helpOf } from "../../support/help.ts";

const COUNTER =
  "#!lua name=counter\\nlocal function add(keys, args) return redis.call('incrby', keys[1], args[1]) end\\nredis.register_function('add', add)";
const READER =
  "#!lua name=reader\\nredis.register_function{function_name='read', callback=function(keys) return redis.call('get', keys[1]) end, flags={'no-writes'}, description='Reads a key.'}\\nredis.register_function{function_name='sneak', callback=function(keys) return redis.call('set', keys[1], 1) end, flags={'no-writes'}}";
const LOCKING = "#!lua flags=allow-key-locking\\n";

export const scriptingSuite = suite({
  "Valkey's name of the library": `
    # Valkey calls the library server, and takes redis too.
    EVAL "return server.call('SET', KEYS[1], 'v')" 1 k => "OK"
    EVAL "return {server.pcall('GET', 'k'), server.sha1hex(''), server.LOG_NOTICE}" 0 => ["v", "da39a3ee5e6b4b0d3255bfef95601890afd80709", 2]
  `,
  eval: `
# Keys and arguments.
EVAL "return 1" 0
eval "return {KEYS[1],KEYS[2],ARGV[1],ARGV[2],#KEYS,#ARGV}" 2 a b c d
EVAL "return {#KEYS,#ARGV}" 0
EVAL "return {KEYS[1],ARGV[1]}" 1 "" ""
EVAL "return 'a\\x00b'" 0

# Commands and their replies.
EVAL "return redis.call('set',KEYS[1],ARGV[1])" 1 k v
GET k
EVAL "return redis.call('get',KEYS[1])" 1 k
EVAL "return redis.call('incr',KEYS[1])" 1 k

# What was written before an error stays.
EVAL "redis.call('set','x',1) return redis.call('nosuch')" 0
GET x

# Failures of the number of keys.
EVAL "return 1" a
EVAL "return 1" 1
EVAL "return 1" -1
EVAL "return 1" 99999999999999999999
EVAL "return 1"
EVAL

# Scripts that do not compile, and empty ones.
EVAL "bad lua" 0
EVAL "" 0
EVAL "return" 0

# The order of a set is that of its bytes in a script.
SADD s c b a d 10 9
EVAL "return redis.call('SORT','s','BY','_')" 0
EVAL "return redis.call('SORT','s','BY','_','DESC')" 0

# Commands that a script may not call, and unknown ones.
EVAL "return redis.pcall('cluster','reset')" 0
EVAL "return redis.pcall('shutdown')" 0
EVAL "return redis.pcall('bgsave')" 0
EVAL "return redis.pcall('cluster','nope')" 0
EVAL "return redis.pcall('config','nope')" 0

# Replies of RESP3 types.
EVAL "return 1" 0 ignored
GEOADD g 13.361389 38.115556 a
EVAL "return redis.call('GEOPOS','g','a')" 0
EVAL "redis.setresp(3) return {big_number='12345678901234567890123'}" 0
EVAL "redis.setresp(3) return {true, false}" 0
EVAL "redis.setresp(3) return {verbatim_string={format='mkd',string='# x'}}" 0
`,
  evalsha: `
# A script is run by its digest in any case, once it is loaded.
SCRIPT FLUSH
EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db 0
SCRIPT LOAD "return 1"
EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db 0
EVALSHA E0E1F9FABFC9D4800C877A703B823AC0578FF8DB 0

# Failures: digests and numbers of keys.
EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8d 0
EVALSHA x 0
EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db x
EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db 2 a
EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db -2
EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db

# EVAL caches its script; SCRIPT FLUSH drops it.
EVAL "return ARGV[1]" 0 first
EVALSHA 098e0f0d1448c0a81dafe820f66d460eb09263da 0 second
SCRIPT EXISTS e0e1f9fabfc9d4800c877a703b823ac0578ff8db 098e0f0d1448c0a81dafe820f66d460eb09263da nope
SCRIPT EXISTS E0E1F9FABFC9D4800C877A703B823AC0578FF8DB
SCRIPT FLUSH
SCRIPT EXISTS e0e1f9fabfc9d4800c877a703b823ac0578ff8db 098e0f0d1448c0a81dafe820f66d460eb09263da
EVALSHA 098e0f0d1448c0a81dafe820f66d460eb09263da 0 x
`,
  "read-only forms": `
# Reading commands, and writing ones, which are refused.
SET k v
EVAL_RO "return redis.call('get',KEYS[1])" 1 k
EVAL_RO "return redis.call('set',KEYS[1],1)" 1 k
EVAL_RO "return redis.pcall('set',KEYS[1],1)" 1 k
EVAL_RO "return redis.call('pfcount',KEYS[1])" 1 none

# By digest.
SCRIPT LOAD "return redis.call('del',KEYS[1])"
EVALSHA_RO a1e63e1cd1bd1d5413851949332cfb9da4ee6dc0 1 k
EVALSHA_RO ffffffffffffffffffffffffffffffffffffffff 1 k
EVALSHA_RO x 0

# Scripts with flags: one that may write is refused as a whole.
EVAL_RO "#!lua flags=no-writes\\nreturn redis.call('get',KEYS[1])" 1 k
EVAL_RO "#!lua\\nreturn 1" 0
EVAL_RO "#!lua\\nreturn redis.call('set','k',1)" 0
GET k
`,
  "script subcommands": `
# Failures.
SCRIPT
SCRIPT NOSUCH
SCRIPT LOAD
SCRIPT LOAD "bad lua"
SCRIPT LOAD a b
SCRIPT EXISTS

# Modes of FLUSH.
SCRIPT FLUSH ASYNC
SCRIPT FLUSH SYNC
SCRIPT FLUSH LATER
SCRIPT FLUSH SYNC SYNC

# No script is running.
SCRIPT KILL
SCRIPT KILL x

# An unknown flag, and HELP.
SCRIPT LOAD "#!lua flags=nope\\nreturn 1"
SCRIPT HELP x
SCRIPT HELP => ${helpOf("SCRIPT")}
`,
  "key locking": `
# Declared keys, and others.
SET a 1
SET b 2
EVAL "${LOCKING}return redis.call('get',KEYS[1])" 1 a => "1"
EVAL "${LOCKING}return redis.call('mget',KEYS[1],KEYS[2])" 2 a b => ["1","2"]
EVAL "${LOCKING}return redis.call('mget',KEYS[1],'b')" 1 a => !ERR Dynamic keys are not allowed in Lua scripts when 'allow-key-locking' flag is set. Key was: b script: d091c3d4ed14e425ff7498196ee8d5cca7e54aaf, on @user_script:2.
EVAL "${LOCKING}return redis.pcall('get','b')" 1 a => !ERR Dynamic keys are not allowed in Lua scripts when 'allow-key-locking' flag is set. Key was: b

# Commands over all keys.
EVAL "${LOCKING}return redis.pcall('flushall')" 0 => !ERR Command 'flushall' is not allowed in Lua scripts when 'allow-key-locking' flag is set.
EVAL "${LOCKING}return redis.pcall('dbsize')" 0 => !ERR Command 'dbsize' is not allowed in Lua scripts when 'allow-key-locking' flag is set.
EVAL "${LOCKING}return redis.pcall('scan',0)" 0 => !ERR Command 'scan' is not allowed in Lua scripts when 'allow-key-locking' flag is set.

# Keys that options name, and patterns.
EVAL "${LOCKING}return redis.pcall('sort',KEYS[1],'STORE','b')" 1 l => !ERR Dynamic keys are not allowed in Lua scripts when 'allow-key-locking' flag is set. Key was: b
EVAL "${LOCKING}return redis.pcall('sort',KEYS[1],'STORE',KEYS[2])" 2 l d => 0
EVAL "${LOCKING}return redis.pcall('georadius',KEYS[1],1,1,1,'km','STORE','b')" 1 l => !ERR Dynamic keys are not allowed in Lua scripts when 'allow-key-locking' flag is set. Key was: b
EVAL "${LOCKING}return redis.pcall('sort',KEYS[1],'BY','w*')" 1 l => !ERR Command 'sort' is not allowed in Lua scripts when 'allow-key-locking' flag is set.
EVAL "${LOCKING}return redis.pcall('sort_ro',KEYS[1],'GET','w*')" 1 l => !ERR Command 'sort_ro' is not allowed in Lua scripts when 'allow-key-locking' flag is set.
EVAL "${LOCKING}return redis.call('sort',KEYS[1],'BY','nosort','GET','#')" 1 l => []

# Commands without keys, and other heads of a script.
EVAL "${LOCKING}return redis.call('echo','x')" 0 => "x"
EVAL "${LOCKING}return #redis.call('time')" 0 => 2
EVAL "${LOCKING}return redis.call('set',KEYS[1],'')" 1 "" => "OK"
EVAL "\\n${LOCKING}return redis.call('get',KEYS[1])" 1 a => "1"
EVAL "#!lua flags=no-writes,allow-key-locking\\nreturn redis.pcall('set',KEYS[1],1)" 1 a => !ERR Write commands are not allowed from read-only scripts.
`,
  functions: `
# A library is loaded once, unless it is replaced.
FUNCTION FLUSH
FUNCTION LOAD "${COUNTER}"
FUNCTION LOAD "${COUNTER}"
FUNCTION LOAD REPLACE "${COUNTER}"
FUNCTION LOAD replace "${COUNTER}"

# A function is called, with keys and arguments.
FCALL add 1 n 5
FCALL add 1 n x

# Failures: names and numbers of keys.
FCALL add 0
FCALL nosuch 0
FCALL add x
FCALL add 1
FCALL add -1
FCALL add

# Functions that may not write.
FUNCTION LOAD "${READER}"
SET k v
FCALL read 1 k
FCALL_RO read 1 k
FCALL sneak 1 k
FCALL_RO sneak 1 k
FCALL_RO add 1 n 1
FCALL_RO nosuch 0

# Lists, with and without code.
~FUNCTION LIST
~FUNCTION LIST WITHCODE
FUNCTION LIST LIBRARYNAME counter
FUNCTION LIST LIBRARYNAME COUNT* WITHCODE
FUNCTION LIST LIBRARYNAME nosuch
FUNCTION LIST LIBRARYNAME
FUNCTION LIST WITHCODE WITHCODE
FUNCTION LIST NOSUCH

# No function is running.
FUNCTION STATS
FUNCTION STATS x

# A deleted library has no functions.
FUNCTION DELETE counter
FUNCTION DELETE counter
FUNCTION DELETE
FCALL add 1 n 5

# Modes of FLUSH.
FUNCTION FLUSH LATER
FUNCTION FLUSH SYNC SYNC
FUNCTION FLUSH SYNC
FUNCTION FLUSH ASYNC
FUNCTION FLUSH
FUNCTION LIST

# Failures, and HELP.
FUNCTION KILL
FUNCTION
FUNCTION NOSUCH
FUNCTION HELP x
FUNCTION HELP => ${helpOf("FUNCTION")}
`,
  "loading functions": `
# Failures: the first line.
FUNCTION FLUSH
FUNCTION LOAD
FUNCTION LOAD NOSUCH "${COUNTER}"
FUNCTION LOAD "return 1"
FUNCTION LOAD "#!lua name=x"
FUNCTION LOAD "#!lua\\nreturn 1"
FUNCTION LOAD "#!lua name=\\nreturn 1"
FUNCTION LOAD "#!lua name=a-b\\nreturn 1"
FUNCTION LOAD "#!lua name=a name=b\\nreturn 1"
FUNCTION LOAD "#!lua nome=a\\nreturn 1"
FUNCTION LOAD "#!js name=a\\nreturn 1"

# Failures: the code, which sees only redis and must register a function.
FUNCTION LOAD "#!lua name=x\\nreturn 1"
FUNCTION LOAD "#!lua name=x\\nbad lua"
FUNCTION LOAD "#!lua name=x\\nerror('x')"
FUNCTION LOAD "#!lua name=x\\nx = 1"
FUNCTION LOAD "#!lua name=x\\nreturn redis.nosuch"
FUNCTION LOAD "#!lua name=x\\nredis.call('ping')"

# Failures: the arguments of register_function.
FUNCTION LOAD "#!lua name=x\\nredis.register_function()"
FUNCTION LOAD "#!lua name=x\\nredis.register_function('f')"
FUNCTION LOAD "#!lua name=x\\nredis.register_function('f', 5)"
FUNCTION LOAD "#!lua name=x\\nredis.register_function({}, function() end)"
FUNCTION LOAD "#!lua name=x\\nredis.register_function('f', function() end, 5)"
FUNCTION LOAD "#!lua name=x\\nredis.register_function('f-g', function() end)"
FUNCTION LOAD "#!lua name=x\\nredis.register_function('f', function() end) redis.register_function('f', function() end)"
FUNCTION LOAD "#!lua name=x\\nredis.register_function{function_name='f'}"
FUNCTION LOAD "#!lua name=x\\nredis.register_function{callback=function() end}"
FUNCTION LOAD "#!lua name=x\\nredis.register_function{function_name={}, callback=function() end}"
FUNCTION LOAD "#!lua name=x\\nredis.register_function{function_name='f', callback='g'}"
FUNCTION LOAD "#!lua name=x\\nredis.register_function{function_name='f', callback=function() end, description={}}"
FUNCTION LOAD "#!lua name=x\\nredis.register_function{function_name='f', callback=function() end, flags='no-writes'}"
FUNCTION LOAD "#!lua name=x\\nredis.register_function{function_name='f', callback=function() end, flags={'nosuch'}}"
FUNCTION LOAD "#!lua name=x\\nredis.register_function{function_name='f', callback=function() end, nosuch=1}"

# Nothing of these was loaded; names are unique, but for their case in one library.
FUNCTION LIST
FUNCTION LOAD "#!lua name=one\\nredis.register_function('same', function() return 1 end)"
FUNCTION LOAD "#!lua name=two\\nredis.register_function('same', function() return 2 end)"
FCALL same 0
FUNCTION LOAD "#!lua name=two\\nredis.register_function('SAME', function() return 2 end)"
FCALL SAME 0
FCALL_RO Same 0
FUNCTION LOAD REPLACE "#!lua name=one\\nbad lua"
FCALL same 0

# What a function sees of globals.
FUNCTION LOAD "#!lua name=env\\nlocal n = 0 redis.register_function('count', function() n = n + 1 return n end) redis.register_function('keys', function() return KEYS end) redis.register_function('set', function() x = 1 end) redis.register_function('late', function() redis.register_function('q', function() end) end) redis.register_function('fail', function() error('boo') end) redis.register_function('lib', function() return {type(string), type(redis.call), type(redis.log), type(cjson)} end)"
FCALL count 0
FCALL count 0
FCALL keys 0
FCALL set 0
FCALL late 0
FCALL fail 0
FCALL lib 0

# Key locking.
FUNCTION LOAD "#!lua name=lock\\nredis.register_function{function_name='locked', callback=function(keys, args) return redis.call('get', args[1]) end, flags={'allow-key-locking'}}" => "lock"
FCALL locked 1 a a => null
FCALL locked 1 a b => !ERR Dynamic keys are not allowed in Lua scripts when 'allow-key-locking' flag is set. Key was: b script: locked, on @user_function:2.
FUNCTION LIST LIBRARYNAME lock => [["library_name","lock","engine","LUA","functions",[["name","locked","description",null,"flags",["allow-key-locking"]]]]]
FUNCTION FLUSH
`,
  "dump and restore": `
# No library, and one.
FUNCTION FLUSH
FUNCTION DUMP
FUNCTION RESTORE "\\n\\x00w\\x1f\\x9a\\xdb\\xb4\\xc6\\x8a\\xd0"
FUNCTION LOAD "#!lua name=s\\nredis.register_function('f',function()end)"
FUNCTION DUMP

# Failures.
FUNCTION RESTORE bad
FUNCTION RESTORE bad bad
FUNCTION RESTORE bad FLUSH x
FUNCTION RESTORE
FUNCTION DUMP x
FUNCTION FLUSH
`,
});
