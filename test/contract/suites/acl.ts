import { suite } from "../suite.ts";

export const aclSuite = suite({
  "ACL SETUSER and GETUSER": String.raw`
    # Arity, and an unknown subcommand.
    ACL
    ACL NOPE
    ACL SETUSER

    # A new user may do nothing; an unknown one is null.
    ACL SETUSER u
    ACL GETUSER u
    ACL GETUSER nobody
    ACL GETUSER

    # Rules of every kind, added to those before.
    ACL SETUSER u on >secret ~x* %R~r* %W~w* &c* +@read -get
    ACL GETUSER u
    acl setuser u RESETKEYS AllChannels (~foo +get) <secret nopass
    ACL GETUSER u

    # First arguments of commands.
    ACL SETUSER u foo
    ACL SETUSER u +foo

    # Names that stashd does not serve can be named in rules.
    ACL SETUSER named +cluster +save +bgsave +bgrewriteaof +lastsave +shutdown +migrate +readonly +readwrite +asking
    ACL SETUSER named +replicaof +slaveof +failover +sync +psync +replconf +restore-asking +module|load +script|debug

    # Subcommands, known and unknown.
    ACL SETUSER named -cluster|reset +cluster|info -cluster|nope
    ACL SETUSER named -cluster|reset
    ACL DRYRUN named cluster info
    ACL DRYRUN named cluster reset
    ACL DELUSER named

    # Rules that are refused change nothing.
    ACL SETUSER u <nothing
    ACL SETUSER u #zz
    ACL SETUSER u &x
    ACL SETUSER u allkeys ~x
    ACL SETUSER u +get (+set ~a
    ACL SETUSER u (+set ~a "~b)" clearselectors
    ACL SETUSER u +config|get|x
    ACL SETUSER u +config|
    ACL SETUSER "a b" on
    ACL SETUSER "a\x00b" on

    # The user is as before the refused rules.
    ACL GETUSER u

    # Reset, and deletion.
    ACL SETUSER u reset
    ACL GETUSER u
    ACL DELUSER default
    ACL DELUSER u nobody
    ACL DELUSER u
    ACL DELUSER
  `,
  "ACL DRYRUN": `
    # A user with rights of every kind.
    ACL SETUSER u on nopass ~x* %R~r* %W~w* &c* +@all -config|set -incr

    # Failures: an unknown user, an unknown command, and arity.
    ACL DRYRUN nobody GET x
    ACL DRYRUN u NOPE x
    ACL DRYRUN u GET

    # Keys, by what the command does with them.
    ACL DRYRUN u GET x1
    ACL DRYRUN u GET y
    ACL DRYRUN u GET r
    ACL DRYRUN u GET w
    ACL DRYRUN u SET w 1
    ACL DRYRUN u SET w 1 GET
    ACL DRYRUN u COPY r w
    ACL DRYRUN u COPY w r

    # Commands and subcommands.
    ACL DRYRUN u incr x
    ACL DRYRUN u config set a b
    ACL DRYRUN u config get a

    # Channels: a pattern must be granted as it is.
    ACL DRYRUN u PUBLISH c1 m
    ACL DRYRUN u PUBLISH d m
    ACL DRYRUN u PSUBSCRIBE c* c1

    # Keys among options.
    ACL DRYRUN u SORT x STORE w
    ACL DRYRUN u SORT x STORE r

    # Arity.
    ACL DRYRUN u
    ACL DELUSER u
  `,
  "ACL CAT, GENPASS, LOG and WHOAMI": `
    # The user of the connection.
    ACL WHOAMI
    ACL WHOAMI x

    # Categories that do not exist.
    ACL CAT nope
    ACL CAT a b

    # Passwords of so many bits.
    ? ACL GENPASS
    ? ACL GENPASS 5

    # Failures.
    ACL GENPASS 0
    ACL GENPASS 4097
    ACL GENPASS x
    ACL GENPASS 1 2

    # An empty log, and failures.
    ACL LOG RESET
    ACL LOG
    ACL LOG 5
    ACL LOG -1
    ACL LOG x
    ACL LOG 1 2

    # HELP takes no words.
    ACL HELP x
  `,
  "ACL without a file": `
    # There is none to load or to save.
    ACL LOAD
    ACL SAVE
  `,
  "ACL tokens": `
    # A token holds name and password.
    ACL SETUSER u on >abc
    ACL RESTTOKEN u abc => "acl-AAF1YWJj51c7Ww"

    # Failures: the password, the user, and arity.
    ACL RESTTOKEN u no => !ERR Wrong password or user "u" does not exist
    ACL RESTTOKEN nobody abc => !ERR Wrong password or user "nobody" does not exist
    ACL RESTTOKEN u => !ERR wrong number of arguments for 'acl|resttoken' command

    # GENTOKEN sets the password, which has to be strong.
    ACL GENTOKEN u abc => !ERR The password is too easy to guess: it takes 12 characters or more, of some variety
    ACL GENTOKEN u "correct horse battery" => "acl-AAF1Y29ycmVjdCBob3JzZSBiYXR0ZXJ5dYAseg"

    # Failures.
    ACL GENTOKEN u a b => !ERR unknown subcommand or wrong number of arguments for 'GENTOKEN'. Try ACL HELP.
    ACL GENTOKEN "u v" => !ERR Usernames can't contain spaces or null characters
    ACL DELUSER u
  `,
});
