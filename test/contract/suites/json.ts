import { suite } from "../suite.ts";
import { jsonPathSuite } from "./json-path.ts";

/**
 * No redis-server here knows these commands, so every reply is stated. They follow the hosted service's documentation
 * and what its clients' tests expect, and RedisJSON where those say nothing.
 */
const NO_KEY = "!ERR could not perform this operation on a key that doesn't exist";
const WRONG_TYPE = "!WRONGTYPE Operation against a key holding the wrong kind of value";

const commands = suite({
  "JSON.SET and JSON.GET": `
    # The root, then members, in both languages.
    JSON.SET k $ '{"a":2}' => "OK"
    JSON.SET k $.a 3 => "OK"
    JSON.GET k $ => "[{\\"a\\":3}]"
    JSON.SET k $.b 8 => "OK"
    JSON.GET k => "{\\"a\\":3,\\"b\\":8}"
    JSON.GET k . => "{\\"a\\":3,\\"b\\":8}"
    JSON.GET k $.b => "[8]"
    JSON.GET k .b => "8"
    JSON.GET k b => "8"
    JSON.GET k ['b'] => "8"
    JSON.GET k $.nope => "[]"

    # A legacy path that finds nothing is an error, a JSONPath is empty.
    JSON.GET k .nope => !ERR Path does not exist

    # A missing key.
    JSON.GET missing => null
    JSON.GET missing $.a => null

    # New members by legacy paths.
    JSON.SET k .c 1 => "OK"
    JSON.SET k d '"x"' => "OK"
    JSON.GET k => "{\\"a\\":3,\\"b\\":8,\\"c\\":1,\\"d\\":\\"x\\"}"

    # Failures: the parent is missing, or of the wrong kind.
    JSON.SET k $.x.y 1 => !ERR Path does not exist
    JSON.SET k $.d.y 1 => !ERR Path does not exist or not an object
    JSON.SET k $[0] 1 => !ERR array index out of range
    JSON.SET k $..new 1 => !ERR wrong static path
    JSON.SET k $.*.new 1 => !ERR wrong static path

    # Failures: a new document begins at the root.
    JSON.SET missing $.a 1 => !ERR new objects must be created at the root
    JSON.SET missing .a 1 => !ERR new objects must be created at the root
    JSON.GET missing => null

    # The whole document is replaced.
    json.set k $ 1 => "OK"
    JSON.GET k => "1"

    # Several places at once, each with a value of its own.
    JSON.SET multi $ '{"f1":{"a":1},"f2":{"a":2}}' => "OK"
    JSON.SET multi $..a 3 => "OK"
    JSON.GET multi $ => "[{\\"f1\\":{\\"a\\":3},\\"f2\\":{\\"a\\":3}}]"
    JSON.SET multi $..a '{"n":[]}' => "OK"
    JSON.ARRAPPEND multi $.f1.a.n 1 => [1]
    JSON.GET multi => "{\\"f1\\":{\\"a\\":{\\"n\\":[1]}},\\"f2\\":{\\"a\\":{\\"n\\":[]}}}"

    # A place within another that is replaced.
    JSON.SET nested $ '{"a":{"a":{"a":1}}}' => "OK"
    JSON.SET nested $..a 5 => "OK"
    JSON.GET nested => "{\\"a\\":5}"
  `,
  "JSON.SET with conditions": `
    # NX and XX, of the document.
    JSON.SET k $ '{"int":1}' XX => null
    JSON.GET k => null
    JSON.SET k $ '{"int":1}' NX => "OK"
    JSON.SET k $ '{"str":"test"}' nx => null

    # NX and XX, of a member.
    JSON.SET k $.int 2 NX => null
    JSON.SET k $.int 2 XX => "OK"
    JSON.SET k $.new 1 XX => null
    JSON.SET k $.x.y 1 XX => null
    JSON.SET k $.x.y 1 NX => !ERR Path does not exist
    JSON.SET k $.new 1 NX => "OK"
    JSON.GET k => "{\\"int\\":2,\\"new\\":1}"

    # The whole document.
    JSON.SET k $ '{"str":"test"}' XX => "OK"
    JSON.GET k => "{\\"str\\":\\"test\\"}"

    # Failures.
    JSON.SET k $ 1 NX XX => !ERR syntax error
    JSON.SET k $ 1 nope => !ERR syntax error
    JSON.SET k $ 1 "" => !ERR syntax error
    JSON.SET k $ 1 FORMAT JSON => !ERR syntax error
    JSON.SET k $ => !ERR wrong number of arguments for 'json.set' command

    # Elements of an array, none beyond its end.
    JSON.SET arr $ [1,2] => "OK"
    JSON.SET arr $[1] 3 => "OK"
    JSON.SET arr $[-1] 4 => "OK"
    JSON.SET arr $[2] 5 => !ERR array index out of range
    JSON.SET arr $[-3] 5 => !ERR array index out of range
    JSON.SET arr $[99999999999999999999] 5 => !ERR array index out of range
    JSON.SET arr $.name 5 => !ERR Path does not exist or not an object
    JSON.GET arr => "[1,4]"
  `,
  "JSON.GET of several paths and laid out": `
    # Matches at several depths.
    JSON.SET k $ '{"a":2,"b":3,"nested":{"a":4,"b":null},"e":{},"l":[]}' => "OK"

    # Several matches, and several paths.
    JSON.GET k $..b => "[null,3]"
    JSON.GET k $..a $..b => "{\\"$..a\\":[4,2],\\"$..b\\":[null,3]}"
    JSON.GET k .a .b => "{\\".a\\":2,\\".b\\":3}"
    JSON.GET k .a $.b => "{\\".a\\":[2],\\"$.b\\":[3]}"
    JSON.GET k .nope $.b => "{\\".nope\\":[],\\"$.b\\":[3]}"

    # Failures of one of several paths.
    JSON.GET k .nope .b => !ERR Path does not exist

    # A path that is given twice.
    JSON.GET k $.a $.a => "{\\"$.a\\":[2]}"

    # Layout.
    JSON.GET k NOESCAPE .a => "2"
    JSON.GET k INDENT "\\t" NEWLINE "\\n" SPACE " " .nested => "{\\n\\t\\"a\\": 4,\\n\\t\\"b\\": null\\n}"
    JSON.GET k indent .. newline / space _ $.nested => "[/..{/....\\"a\\":_4,/....\\"b\\":_null/..}/]"
    JSON.GET k NEWLINE / .e $.l => "{/\\".e\\":[/{}/],/\\"$.l\\":[/[]/]/}"
    JSON.GET k SPACE " " .nested => "{\\"a\\": 4,\\"b\\": null}"
    JSON.GET k INDENT "" .a => "2"

    # Failures.
    JSON.GET k .a INDENT => !ERR syntax error
    JSON.GET k NEWLINE => !ERR syntax error
    JSON.GET => !ERR wrong number of arguments for 'json.get' command
  `,
  "values keep their form": `
    # Numbers as they were written, members in their order.
    JSON.SET k $ ' { "z" : 1 , "a" : [ 1.0 , 1.5 , -0.0, 1e2 , 1E-7, 0 , -5 ] , "z" : 2 } ' => "OK"
    JSON.GET k => "{\\"z\\":2,\\"a\\":[1.0,1.5,-0.0,100.0,1e-7,0,-5]}"

    # Integers of 64 bits.
    JSON.SET k $ [9223372036854775807,-9223372036854775808,9007199254740993,9223372036854775808] => "OK"
    JSON.GET k => "[9223372036854775807,-9223372036854775808,9007199254740993,9223372036854775808]"
    JSON.TYPE k $[*] => ["integer","integer","integer","integer"]

    # Other numbers.
    JSON.SET k $ [1e300,0.1,1234567890123456.0,12345678901234567.0,0.00001,true,false,null] => "OK"
    JSON.GET k => "[1e300,0.1,1234567890123456.0,1.2345678901234568e16,0.00001,true,false,null]"

    # Names that mean something in JavaScript.
    JSON.SET k $ '{"__proto__":{"x":1},"constructor":2,"toString":3,"2":0,"1":0}' => "OK"
    JSON.GET k => "{\\"__proto__\\":{\\"x\\":1},\\"constructor\\":2,\\"toString\\":3,\\"2\\":0,\\"1\\":0}"
    JSON.GET k $.__proto__.x => "[1]"
    JSON.GET k $.hasOwnProperty => "[]"
    JSON.SET k $.__proto__.y 2 => "OK"
    JSON.DEL k $.constructor => 1
    JSON.GET k $.length => "[]"
    JSON.SET k $ '[1,2]' => "OK"
    JSON.GET k $.length => "[]"

    # Escapes, and text beyond ASCII.
    JSON.SET k $ '"tab\\t quote\\" slash\\/ \\u00e9\\ud83d\\ude00 日"' => "OK"
    JSON.GET k => "\\"tab\\\\t quote\\\\\\" slash/ é😀 日\\""
    JSON.SET k $ '"\\u0001\\u001f"' => "OK"
    JSON.GET k => "\\"\\\\u0001\\\\u001f\\""
    JSON.SET k $ '{"語":1,"日本":{"x":2}}' => "OK"
    JSON.GET k $.語 => "[1]"
    JSON.GET k $.日本.x => "[2]"
    JSON.GET k '$["\\u8a9e"]' => "[1]"
  `,
  "bad JSON": `
    # Structure.
    JSON.SET k $ '' => !ERR expected value at line 1 column 1
    JSON.SET k $ '{' => !ERR key must be a string at line 1 column 2
    JSON.SET k $ '{"a"}' => !ERR expected \`:\` at line 1 column 5
    JSON.SET k $ '{"a":}' => !ERR expected value at line 1 column 6
    JSON.SET k $ '{"a":1,}' => !ERR key must be a string at line 1 column 8
    JSON.SET k $ '[1,]' => !ERR expected value at line 1 column 4
    JSON.SET k $ '[1 2]' => !ERR expected \`,\` or \`]\` at line 1 column 4
    JSON.SET k $ "{\\n\\"a\\": nope}" => !ERR expected value at line 2 column 6
    JSON.SET k $ '[1]x' => !ERR trailing characters at line 1 column 4
    JSON.SET k $ '"open' => !ERR EOF while parsing a string at line 1 column 6

    # Numbers.
    JSON.SET k $ NaN => !ERR expected value at line 1 column 1
    JSON.SET k $ -Infinity => !ERR expected value at line 1 column 1
    JSON.SET k $ 01 => !ERR trailing characters at line 1 column 2
    JSON.SET k $ 1. => !ERR trailing characters at line 1 column 2
    JSON.SET k $ .5 => !ERR expected value at line 1 column 1
    JSON.SET k $ +1 => !ERR expected value at line 1 column 1
    JSON.SET k $ - => !ERR expected value at line 1 column 1
    JSON.SET k $ 1e999 => !ERR number out of range at line 1 column 1

    # Strings.
    JSON.SET k $ '"\\x"' => !ERR invalid escape or lone surrogate in the string at line 1 column 1
    JSON.SET k $ '"\\ud800"' => !ERR invalid escape or lone surrogate in the string at line 1 column 1
    JSON.SET k $ '"\\udc00\\ud800"' => !ERR invalid escape or lone surrogate in the string at line 1 column 1
    JSON.SET k $ "\\"a\\nb\\"" => !ERR control character in a string at line 1 column 3

    # Words, and nothing was stored.
    JSON.SET k $ hello => !ERR expected value at line 1 column 1
    JSON.GET k => null
  `,
  nesting: `
    # As deep as allowed, and deeper.
    JSON.SET k $ ${"[".repeat(128)}${"]".repeat(128)} => "OK"
    JSON.SET k2 $ ${"[".repeat(129)}${"]".repeat(129)} => !ERR recursion limit exceeded
    JSON.SET k2 $ ${"[".repeat(200)} => !ERR recursion limit exceeded
    JSON.SET k2 $ ${'{"a":'.repeat(200)} => !ERR recursion limit exceeded

    # What is added counts from where it lies.
    JSON.ARRAPPEND k ${"[0]".repeat(127)} 1 => 1
    JSON.ARRAPPEND k $${"[0]".repeat(127)} [] => !ERR recursion limit exceeded
    JSON.SET k $${"[0]".repeat(128)} [] => !ERR recursion limit exceeded
    JSON.SET k $${"[0]".repeat(127)} [] => "OK"
    JSON.ARRINSERT k $${"[0]".repeat(127)} 0 {} => !ERR recursion limit exceeded

    # In objects.
    JSON.SET deep $ ${'{"a":'.repeat(127)}{}${"}".repeat(127)} => "OK"
    JSON.SET deep $${".a".repeat(127)}.b [] => !ERR recursion limit exceeded
    JSON.SET deep $${".a".repeat(127)}.b 1 => "OK"
    JSON.MERGE deep $${".a".repeat(127)} '{"c":{}}' => !ERR recursion limit exceeded
    JSON.MSET deep $${".a".repeat(127)}.b [] => !ERR recursion limit exceeded
    JSON.GET deep $..b => "[1]"
  `,
  "JSON.MGET": `
    # Three keys, one of another type.
    JSON.SET k1 $ '{"a":1,"b":2,"nested":{"a":3},"c":null}' => "OK"
    JSON.SET k2 $ '{"a":4,"b":5,"nested":{"a":6},"c":null}' => "OK"
    SET string x
    JSON.MGET k1 k2 $..a => ["[3,1]","[6,4]"]
    JSON.MGET k1 missing string k2 $.b => ["[2]",null,null,"[5]"]
    JSON.MGET k1 k2 $.nope => ["[]","[]"]
    JSON.MGET k1 k2 .b => ["2","5"]
    JSON.MGET k1 missing .nope => [null,null]
    JSON.MGET k1 . => ["{\\"a\\":1,\\"b\\":2,\\"nested\\":{\\"a\\":3},\\"c\\":null}"]

    # Failures: arity.
    JSON.MGET k1 => !ERR wrong number of arguments for 'json.mget' command
  `,
  "JSON.MSET": `
    # Documents and members.
    JSON.MSET a $ '{"x":1}' b $ '{"x":2}' => "OK"
    JSON.MGET a b $.x => ["[1]","[2]"]
    JSON.MSET a $.x 3 b $..x 4 => "OK"
    JSON.MGET a b $.x => ["[3]","[4]"]

    # Failures: none of the triples takes effect.
    JSON.MSET a $.x 5 b $.y.z 4 => !ERR Path does not exist
    JSON.MSET a $.x 5 b $ '{' => !ERR key must be a string at line 1 column 2
    JSON.MSET a $.x 5 b $[ 1 => !ERR Error occurred on position 3, expected one of the following: a name, an index, a slice, \`*\`, \`?\`
    JSON.MSET a $.x 5 new $.z 4 => !ERR new objects must be created at the root
    JSON.MGET a b $.x => ["[3]","[4]"]

    # A key of another type.
    SET string x
    JSON.MSET a $.x 5 string $ 4 => ${WRONG_TYPE}

    # A key twice: each triple sees the one before.
    JSON.MSET a $.x 5 a $.y 6 => "OK"
    JSON.GET a => "{\\"x\\":5,\\"y\\":6}"
    JSON.MSET n $ '{"l":[]}' n $.l [1] a $.x 7 => "OK"
    JSON.GET n => "{\\"l\\":[1]}"
    JSON.MSET n $.l 2 n $.q.r 3 => !ERR Path does not exist
    JSON.MGET n a . => ["{\\"l\\":[1]}","{\\"x\\":7,\\"y\\":6}"]

    # Failures: arity.
    JSON.MSET a $ => !ERR wrong number of arguments for 'json.mset' command
    JSON.MSET a $ 1 b $ => !ERR wrong number of arguments for 'json.mset' command
  `,
  "JSON.MERGE": `
    # Members are added and replaced.
    JSON.SET k $ '{"a":2}' => "OK"
    JSON.MERGE k $.b 8 => "OK"
    JSON.MERGE k $.a 3 => "OK"
    JSON.GET k $ => "[{\\"a\\":3,\\"b\\":8}]"

    # Null removes a member.
    JSON.MERGE k $ '{"a":null}' => "OK"
    JSON.GET k => "{\\"b\\":8}"

    # Objects are merged, everything else is replaced.
    JSON.MERGE k $ '{"b":[1,2],"n":{"x":null,"y":1}}' => "OK"
    JSON.GET k => "{\\"b\\":[1,2],\\"n\\":{\\"y\\":1}}"
    JSON.MERGE k $.b [10] => "OK"
    JSON.MERGE k $.n '{"z":{"w":2},"y":null}' => "OK"
    JSON.GET k => "{\\"b\\":[10],\\"n\\":{\\"z\\":{\\"w\\":2}}}"
    JSON.MERGE k $.n 5 => "OK"
    JSON.MERGE k .n '{"a":1}' => "OK"

    # A parent that does not exist; several places.
    JSON.MERGE k $.x.y 5 => !ERR Path does not exist
    JSON.MERGE k $.* '{"q":1}' => "OK"
    JSON.GET k => "{\\"b\\":{\\"q\\":1},\\"n\\":{\\"a\\":1,\\"q\\":1}}"

    # The whole document.
    JSON.MERGE k $ 7 => "OK"
    JSON.GET k => "7"

    # A new document has no nulls.
    JSON.MERGE new $ '{"a":{"b":null},"c":1}' => "OK"
    JSON.GET new => "{\\"a\\":{},\\"c\\":1}"

    # Failures.
    JSON.MERGE missing $.a 1 => !ERR new objects must be created at the root
    JSON.MERGE new $ '{' => !ERR key must be a string at line 1 column 2

    # At every depth.
    JSON.SET rec $ '{"int":1,"array":[1,2,3,4],"object":{"array":[1,2,3]}}' => "OK"
    JSON.MERGE rec $..array [2] => "OK"
    JSON.GET rec => "{\\"int\\":1,\\"array\\":[2],\\"object\\":{\\"array\\":[2]}}"

    # Failures: arity.
    JSON.MERGE rec $ => !ERR wrong number of arguments for 'json.merge' command
  `,
  "JSON.DEL and JSON.FORGET": `
    # Members at every depth.
    JSON.SET k $ '{"a":1,"nested":{"a":2,"b":3},"l":[1,2,3,4,5]}' => "OK"
    JSON.DEL k $..a => 2
    JSON.GET k $ => "[{\\"nested\\":{\\"b\\":3},\\"l\\":[1,2,3,4,5]}]"

    # Elements, by the indexes that they had.
    JSON.DEL k $.l[0,2,-1,0] => 3
    JSON.GET k $.l => "[[2,4]]"
    JSON.DEL k .l[0] => 1

    # Nothing there.
    JSON.DEL k $.nope => 0
    JSON.DEL k .nope => 0

    # The last member, and the document.
    JSON.FORGET k $.* => 2
    JSON.GET k => "{}"
    JSON.DEL k => 1
    JSON.GET k => null
    JSON.DEL k => 0
    JSON.DEL k $.a => 0

    # Matches within matches count once.
    JSON.SET k $ '{"a":{"a":{"a":1}},"b":[{"a":1},{"c":1}]}' => "OK"
    JSON.DEL k $..a => 2
    JSON.GET k => "{\\"b\\":[{},{\\"c\\":1}]}"
    JSON.DEL k $..[0,1] => 2
    JSON.GET k => "{\\"b\\":[]}"
    JSON.DEL k $ => 1
    JSON.GET k => null

    # The root by a legacy path, and all matches of another.
    JSON.SET k $ 1 => "OK"
    JSON.DEL k . => 1
    JSON.SET k $ '{"a":1,"b":{"a":1}}' => "OK"
    JSON.DEL k ..a => 2
    JSON.FORGET k $ => 1

    # Failures: arity.
    JSON.DEL k $ extra => !ERR wrong number of arguments for 'json.del' command
  `,
  "JSON.CLEAR": `
    # Containers are emptied, numbers become 0.
    JSON.SET k $ '{"obj":{"a":1,"b":2},"arr":[1,2,3],"str":"foo","bool":true,"int":42,"float":3.14,"null":null}' => "OK"
    JSON.CLEAR k $.* => 4
    JSON.GET k $ => "[{\\"obj\\":{},\\"arr\\":[],\\"str\\":\\"foo\\",\\"bool\\":true,\\"int\\":0,\\"float\\":0,\\"null\\":null}]"

    # What is empty already does not count.
    JSON.CLEAR k $.* => 0
    JSON.CLEAR k $.nope => 0
    JSON.CLEAR k => 1
    JSON.GET k => "{}"

    # At every depth.
    JSON.SET k $ '{"array":[1],"object":{"array":[1,2]}}' => "OK"
    JSON.CLEAR k $..array => 2
    JSON.GET k => "{\\"array\\":[],\\"object\\":{\\"array\\":[]}}"

    # The root.
    JSON.SET k $ 5 => "OK"
    JSON.CLEAR k . => 1
    JSON.GET k => "0"

    # Failures.
    JSON.CLEAR missing => ${NO_KEY}
    JSON.CLEAR k $ $ => !ERR wrong number of arguments for 'json.clear' command
  `,
  "JSON.TYPE": `
    # By the path's language.
    JSON.SET k $ '{"i":1,"n":1.5,"s":"x","b":true,"z":null,"a":[],"o":{"i":2.0}}' => "OK"
    JSON.TYPE k => "object"
    JSON.TYPE k $ => ["object"]
    JSON.TYPE k $.* => ["integer","number","string","boolean","null","array","object"]
    JSON.TYPE k $..i => ["number","integer"]
    JSON.TYPE k .a => "array"
    JSON.TYPE k .nope => null
    JSON.TYPE k $.nope => []

    # A missing key, and failures.
    JSON.TYPE missing => null
    JSON.TYPE missing $ => null
    JSON.TYPE k $ $ => !ERR wrong number of arguments for 'json.type' command
  `,
  "JSON.NUMPOWBY": `
    # The powers of integers are integers, those of other numbers are not.
    JSON.SET k $ '{"a":"b","b":[{"a":2},{"a":5.0},{"a":"c"}]}' => "OK"
    JSON.NUMPOWBY k $..a 2 => "[4,25.0,null,null]"
    JSON.NUMPOWBY k $..a 2 => "[16,625.0,null,null]"
    JSON.NUMPOWBY k $.b[1].a 4 => "[152587890625.0]"
    JSON.NUMPOWBY k .b[0].a 0 => "1"
    JSON.NUMPOWBY k .b[0].a 9223372036854775807 => "1"
    JSON.NUMPOWBY k .a 2 => !ERR Path does not exist or does not contains a number
    JSON.SET k $ [-1,0,3,2.5] => "OK"
    JSON.NUMPOWBY k $[0] 9007199254740993 => "[-1]"
    JSON.NUMPOWBY k $[0] 9007199254740992 => "[1]"
    JSON.NUMPOWBY k $[1] 0 => "[1]"
    JSON.NUMPOWBY k $[2] 40 => !ERR numeric overflow
    JSON.NUMPOWBY k $[2] 64 => !ERR numeric overflow
    JSON.NUMPOWBY k $[2] -1 => !ERR numeric overflow
    JSON.NUMPOWBY k $[2] 39 => "[4052555153018976267]"
    JSON.NUMPOWBY k $[3] -1 => "[0.4]"
    JSON.NUMPOWBY k $[3] 1e9 => "[0.0]"
    JSON.NUMPOWBY k $[3] -1 => !ERR result is not a number
    JSON.NUMPOWBY k $ x => !ERR expected value at line 1 column 1
    JSON.NUMPOWBY missing $ 2 => !ERR could not perform this operation on a key that doesn't exist
  `,
  "JSON is UTF-8": `
    # A byte that belongs to no character is refused wherever JSON is read.
    JSON.SET k $ "\\"\\xc3\\xa9\\"" => "OK"
    JSON.SET k $ "\\"\\x80\\"" => !ERR Couldn't parse as UTF-8 string
    JSON.SET k $ "\\x80abc" => !ERR Couldn't parse as UTF-8 string
    JSON.SET k $ [1] => "OK"
    JSON.ARRINSERT k $ 0 "\\x80abc" => !ERR Couldn't parse as UTF-8 string
    JSON.ARRAPPEND k $ 1 "\\x80abc" => !ERR Couldn't parse as UTF-8 string
    JSON.MERGE k $ "\\xff" => !ERR Couldn't parse as UTF-8 string
    JSON.GET k $ => "[[1]]"
  `,
  "JSON.NUMINCRBY and JSON.NUMMULTBY": `
    # Numbers among other values.
    JSON.SET k $ '{"a":"b","b":[{"a":2},{"a":5},{"a":"c"}]}' => "OK"
    JSON.NUMINCRBY k $.a 2 => "[null]"
    JSON.NUMINCRBY k $..a 2 => "[4,7,null,null]"
    JSON.NUMMULTBY k $..a 2 => "[8,14,null,null]"

    # Nothing there, and a legacy path.
    JSON.NUMINCRBY k $.nope 1 => "[]"
    JSON.NUMINCRBY k .b[0].a 1 => "9"
    JSON.NUMINCRBY k .b[0].a 1.5 => "10.5"
    JSON.NUMINCRBY k .b[0].a 0.5 => "11.0"
    JSON.NUMMULTBY k .b[1].a -1 => "-14"
    JSON.NUMMULTBY k .b[1].a 0 => "0"
    JSON.NUMMULTBY k .b[1].a -1 => "0"

    # Failures: places.
    JSON.NUMINCRBY k .a 1 => !ERR Path does not exist or does not contains a number
    JSON.NUMINCRBY k .nope 1 => !ERR Path does not exist
    JSON.NUMINCRBY missing $.a 1 => ${NO_KEY}

    # Failures: numbers.
    JSON.NUMINCRBY k $.a x => !ERR expected value at line 1 column 1
    JSON.NUMINCRBY k $.a '"1"' => !ERR bad input number
    JSON.NUMINCRBY k $.a NaN => !ERR expected value at line 1 column 1
    JSON.NUMINCRBY k $.a 1e400 => !ERR number out of range at line 1 column 1

    # Failures: results; none of the places has changed then.
    JSON.SET k $ '{"max":9223372036854775807,"min":-9223372036854775808,"d":1.7e308,"n":9007199254740993}' => "OK"
    JSON.NUMINCRBY k $.max 1 => !ERR numeric overflow
    JSON.NUMINCRBY k $.min -1 => !ERR numeric overflow
    JSON.NUMMULTBY k $.max 2 => !ERR numeric overflow
    JSON.NUMMULTBY k $.min -1 => !ERR numeric overflow
    JSON.NUMINCRBY k $.d 1.7e308 => !ERR result is not a number
    JSON.NUMMULTBY k $.d 10 => !ERR result is not a number

    # Integers beyond 2^53, exactly.
    JSON.NUMINCRBY k $.n 2 => "[9007199254740995]"
    JSON.NUMMULTBY k $.n 3 => "[27021597764222985]"
    JSON.NUMINCRBY k $.max -7 => "[9223372036854775800]"

    # All or none.
    JSON.NUMINCRBY k $.* 100 => !ERR numeric overflow
    JSON.GET k => "{\\"max\\":9223372036854775800,\\"min\\":-9223372036854775808,\\"d\\":1.7e308,\\"n\\":27021597764222985}"

    # An integer and a double; a place twice.
    JSON.SET k $ [1,2.0] => "OK"
    JSON.NUMINCRBY k $[*] 1 => "[2,3.0]"
    JSON.NUMINCRBY k $[0,0] 1 => "[3,4]"

    # The root.
    JSON.SET k $ 5 => "OK"
    JSON.NUMMULTBY k . 3 => "15"
    JSON.NUMMULTBY k $ 1.0 => "[15.0]"

    # Failures: arity.
    JSON.NUMINCRBY k $ => !ERR wrong number of arguments for 'json.numincrby' command
  `,
  "JSON.STRAPPEND and JSON.STRLEN": `
    # Strings among other values.
    JSON.SET k $ '{"a":"foo","nested":{"a":"hello"},"nested2":{"a":31}}' => "OK"
    JSON.STRAPPEND k $..a '"baz"' => [8,null,6]
    JSON.GET k => "{\\"a\\":\\"foobaz\\",\\"nested\\":{\\"a\\":\\"hellobaz\\"},\\"nested2\\":{\\"a\\":31}}"
    JSON.STRLEN k $..a => [8,null,6]
    JSON.STRLEN k .a => 6

    # Bytes are counted, not characters.
    JSON.STRAPPEND k .a '"日"' => 9
    JSON.STRLEN k $.a => [9]

    # Nothing there.
    JSON.STRAPPEND k $.nope '"x"' => []
    JSON.STRAPPEND k .nope '"x"' => !ERR Path does not exist
    JSON.STRAPPEND k .nested '"x"' => !ERR Path does not exist or not a string

    # Failures: types.
    JSON.STRAPPEND k .a 5 => !WRONGTYPE wrong type of path value - expected string
    JSON.STRAPPEND k .a x => !ERR expected value at line 1 column 1
    JSON.STRLEN k .nested => !WRONGTYPE wrong type of path value - expected string
    JSON.STRLEN k .nope => !ERR Path does not exist
    JSON.STRLEN k $.nope => []

    # A missing key.
    JSON.STRLEN missing => null
    JSON.STRLEN missing $ => ${NO_KEY}
    JSON.STRAPPEND missing $ '"x"' => ${NO_KEY}

    # The root.
    JSON.SET k $ '"root"' => "OK"
    JSON.STRAPPEND k '"s"' => 5
    JSON.STRLEN k => 5
    JSON.STRAPPEND k $ '"s"' => [6]

    # Failures: arity.
    JSON.STRAPPEND k $ '"s"' x => !ERR wrong number of arguments for 'json.strappend' command
    JSON.STRLEN k $ x => !ERR wrong number of arguments for 'json.strlen' command
  `,
  "JSON.ARRAPPEND and JSON.ARRLEN": `
    # Arrays among other values.
    JSON.SET k $ '{"int":1,"array":[],"object":{"array":[1]}}' => "OK"
    JSON.ARRAPPEND k $.array 1 => [1]
    JSON.ARRAPPEND k $.array '"new val"' 1.5 true [1] {"key":"value"} => [6]
    JSON.GET k $.array => "[[1,\\"new val\\",1.5,true,[1],{\\"key\\":\\"value\\"}]]"
    JSON.ARRAPPEND k $.int 9 => [null]
    JSON.ARRAPPEND k $..array [9] => [2,7]
    JSON.ARRAPPEND k $.array[-1] 8 => [2]
    JSON.GET k $..array[-1] => "[[9],[9,8]]"
    JSON.ARRAPPEND k .array 1 => 8

    # Failures.
    JSON.ARRAPPEND k .int 1 => !ERR Path does not exist or not an array
    JSON.ARRAPPEND k .nope 1 => !ERR Path does not exist
    JSON.ARRAPPEND k $.nope 1 => []
    JSON.ARRAPPEND missing $ 1 => ${NO_KEY}
    JSON.ARRAPPEND k $.array blue => !ERR expected value at line 1 column 1
    JSON.ARRAPPEND k $.array => !ERR wrong number of arguments for 'json.arrappend' command

    # Lengths.
    JSON.ARRLEN k $..array => [2,8]
    JSON.ARRLEN k $.* => [null,8,null]
    JSON.ARRLEN k .array => 8
    JSON.ARRLEN k => !ERR Path does not exist or not an array
    JSON.ARRLEN k .nope => !ERR Path does not exist
    JSON.ARRLEN k $.nope => []

    # A missing key, and failures.
    JSON.ARRLEN missing => null
    JSON.ARRLEN missing $ => ${NO_KEY}
    JSON.ARRLEN k $ x => !ERR wrong number of arguments for 'json.arrlen' command
  `,
  "integers of 64 bits with and without a sign": `
    # They keep all digits, and compare by them.
    JSON.SET n $ [9223372036854775807,9223372036854775808,18446744073709551615,18446744073709551616,-9223372036854775809] => "OK"
    JSON.GET n => "[9223372036854775807,9223372036854775808,18446744073709551615,1.8446744073709552e19,-9.223372036854776e18]"
    JSON.TYPE n $[*] => ["integer","integer","integer","number","number"]
    JSON.GET n $[?(@==18446744073709551615)] => "[18446744073709551615]"
    JSON.GET n $[?(@>9223372036854775807&&@<18446744073709551615)] => "[9223372036854775808]"
    JSON.RESP n $[1] => ["9223372036854775808"]

    # Arithmetic.
    JSON.SET m $ 18446744073709551615 => "OK"
    # Arithmetic beyond 64 bits with a sign is that of doubles.
    JSON.NUMINCRBY m $ 1 => "[1.8446744073709552e19]"

    # As large as before, and found.
    COPY m l => 1
    JSON.SET m $ 18446744073709551615 => "OK"
    JSON.ARRINDEX n $ 18446744073709551615 => [2]
  `,
  "paths that begin with a dollar": `
    # A dollar followed by a name is a legacy path.
    JSON.SET d $ '{"$a":1,"$":{"b":2},"a":3}' => "OK"
    JSON.GET d $a => "1"
    JSON.GET d $$ => !ERR Path does not exist

    # JSONPath needs a point or a bracket.
    JSON.GET d $['$a'] => "[1]"
    JSON.GET d $.a => "[3]"
    JSON.GET d .$a => "1"

    # New members.
    JSON.SET d $new 5 => "OK"
    JSON.GET d $.$new => "[5]"

    # All of it.
    JSON.GET d $ => "[{\\"$a\\":1,\\"$\\":{\\"b\\":2},\\"a\\":3,\\"$new\\":5}]"
  `,
  "what the contract says where RedisJSON differs": `
    # The contract.
    JSON.SET j $ '{"foo":1}' => "OK"
    JSON.DEL j $.foo => 1
    JSON.GET j => "{}"
    JSON.SET j $.a.b 1 => !ERR Path does not exist
    JSON.MSET j $.a.b 1 => !ERR Path does not exist

    # Missing keys.
    JSON.OBJLEN nokey $..a => null
    JSON.OBJKEYS nokey $..a => null

    # FORMAT needs RESP3.
    JSON.GET j FORMAT STRING $ => !ERR FORMAT argument is not supported on RESP2
    JSON.GET nokey FORMAT NOPE $ => !ERR FORMAT argument is not supported on RESP2
    JSON.ARRPOP j FORMAT EXPAND $ => !ERR FORMAT argument is not supported on RESP2
    JSON.ARRPOP j FORMAT STRINGS $ => !ERR FORMAT argument is not supported on RESP2
    JSON.ARRPOP j FORMAT $ 0 => !ERR wrong reply format
    JSON.ARRPOP j FORMAT STRING $ => !ERR wrong reply format
    JSON.GET j $ FORMAT => !ERR syntax error
    JSON.GET j $ FORMAT NOPE => !ERR wrong reply format
  `,
  "JSON.ARRINDEX": `
    # An integer and a double differ, also within values; filters compare by value.
    JSON.SET kinds $ '[2,3.0,3,[3.0],{"a":3},[3]]' => "OK"
    JSON.ARRINDEX kinds $ 3 => [2]
    JSON.ARRINDEX kinds $ 3.0 => [1]
    JSON.ARRINDEX kinds $ [3] => [5]
    JSON.ARRINDEX kinds $ '{"a":3.0}' => [-1]
    JSON.GET kinds $[?(@==3)] => "[3.0,3]"

    # Values of every kind.
    JSON.SET k $ '{"array":[1,"test",["a"],1.5,{"test":1},1],"int":1,"object":{"array":[0,1]},"empty":[]}' => "OK"
    JSON.ARRINDEX k $.array 1 => [0]
    JSON.ARRINDEX k $.array '"test"' => [1]
    JSON.ARRINDEX k $.array '["a"]' => [2]
    JSON.ARRINDEX k $.array 1.5 => [3]
    JSON.ARRINDEX k $.array '{"test":1}' => [4]
    JSON.ARRINDEX k $.array 4 => [-1]

    # Other kinds of places, and several.
    JSON.ARRINDEX k $.int 4 => [null]
    JSON.ARRINDEX k $..array 1 => [1,0]

    # A start and a stop.
    JSON.ARRINDEX k $.array 1 1 => [5]
    JSON.ARRINDEX k $.array 1 1 5 => [-1]
    JSON.ARRINDEX k $.array 1 1 0 => [5]
    JSON.ARRINDEX k $.array 1 1 -1 => [-1]
    JSON.ARRINDEX k $.array 1 -1 => [5]
    JSON.ARRINDEX k $.array 1 -100 100 => [0]
    JSON.ARRINDEX k $.array 1 100 => [5]
    JSON.ARRINDEX k $.empty 1 => [-1]

    # A legacy path.
    JSON.ARRINDEX k .array 1.5 => 3
    JSON.ARRINDEX k .int 1 => !ERR Path does not exist or not an array
    JSON.ARRINDEX k .nope 1 => !ERR Path does not exist

    # Failures.
    JSON.ARRINDEX missing $ 1 => ${NO_KEY}
    JSON.ARRINDEX k $.array 1 x => !ERR value is not an integer or out of range
    JSON.ARRINDEX k $.array 1 0 x => !ERR value is not an integer or out of range
    JSON.ARRINDEX k $.array 1 0 0 0 => !ERR wrong number of arguments for 'json.arrindex' command
  `,
  "JSON.ARRINSERT": `
    # At the front, in the middle and at the end.
    JSON.SET k $ '{"int":1,"array":[],"object":{"array":[0]}}' => "OK"
    JSON.ARRINSERT k $.array 0 1 => [1]
    JSON.ARRINSERT k $.array 0 '"new val"' => [2]
    JSON.ARRINSERT k $.array -1 5 6 7 => [5]
    JSON.ARRINSERT k $.array 5 8 => [6]
    JSON.GET k $.array => "[[\\"new val\\",5,6,7,1,8]]"

    # Other kinds of places, and several.
    JSON.ARRINSERT k $.int 0 9 => [null]
    JSON.ARRINSERT k $..array 0 9 => [2,7]

    # Failures: none of the arrays has changed then.
    JSON.ARRINSERT k $..array 3 9 => !ERR index out of bounds
    JSON.ARRINSERT k $..array -3 9 => !ERR index out of bounds
    JSON.GET k $..array => "[[9,0],[9,\\"new val\\",5,6,7,1,8]]"

    # Failures: indexes.
    JSON.ARRINSERT k .array 99999999999 9 => !ERR index out of bounds
    JSON.ARRINSERT k .array 99999999999999999999 9 => !ERR value is not an integer or out of range
    JSON.ARRINSERT k .array x 9 => !ERR value is not an integer or out of range

    # A legacy path, and failures.
    JSON.ARRINSERT k .array 0 9 => 8
    JSON.ARRINSERT k .int 0 9 => !ERR Path does not exist or not an array
    JSON.ARRINSERT missing $ 0 9 => ${NO_KEY}
    JSON.ARRINSERT k .array 0 => !ERR wrong number of arguments for 'json.arrinsert' command
  `,
  "JSON.ARRPOP": `
    # From the end, by index, and beyond the ends.
    JSON.SET k $ '{"int":1,"array":[1,2,3,4],"object":{"array":[5,6,{"x":7}]},"empty":[]}' => "OK"
    JSON.ARRPOP k $.array 0 => ["1"]
    JSON.ARRPOP k $.array -2 => ["3"]
    JSON.ARRPOP k $.array 9 => ["4"]
    JSON.ARRPOP k $..array => ["{\\"x\\":7}","2"]
    JSON.ARRPOP k $..array => ["6",null]
    JSON.ARRPOP k $.object.array -9 => ["5"]

    # Other kinds of places, and empty arrays.
    JSON.ARRPOP k $.int => [null]
    JSON.ARRPOP k .empty => null
    JSON.ARRPOP k .int => !ERR Path does not exist or not an array
    JSON.ARRPOP k .nope => !ERR Path does not exist
    JSON.ARRPOP k $.nope => []

    # Failures.
    JSON.ARRPOP k $.array x => !ERR value is not an integer or out of range
    JSON.ARRPOP missing => ${NO_KEY}

    # The root, in both languages.
    JSON.SET k $ '["a",1.0,[2]]' => "OK"
    JSON.ARRPOP k => "[2]"
    JSON.ARRPOP k . => "1.0"
    JSON.ARRPOP k $ => ["\\"a\\""]
    JSON.ARRPOP k $ 0 0 => !ERR wrong number of arguments for 'json.arrpop' command

    # Arrays within arrays, from the outside in.
    JSON.SET n $ '{"a":[[1,2,3],[4,5,6]]}' => "OK"
    JSON.ARRPOP n $..* => [null,null,null,null,null,null,"3","6","[4,5]"]
    JSON.GET n => "{\\"a\\":[[1,2]]}"
  `,
  "JSON.ARRTRIM": `
    # Both ends are kept.
    JSON.SET k $ '{"int":1,"array":[1,2,3,4],"object":{"array":[5,6,7]}}' => "OK"
    JSON.ARRTRIM k $.array 1 2 => [2]
    JSON.GET k $.array => "[[2,3]]"
    JSON.ARRTRIM k $..array 0 0 => [1,1]
    JSON.GET k $..array => "[[5],[2]]"

    # Nothing is left.
    JSON.ARRTRIM k $.array 1 5 => [0]
    JSON.SET k $.array [1,2,3,4] => "OK"

    # Indexes from the end.
    JSON.ARRTRIM k $.array -2 -1 => [2]
    JSON.ARRTRIM k $.array -99 99 => [2]
    JSON.ARRTRIM k $.array 0 -99 => [1]
    JSON.ARRTRIM k $.array 1 0 => [0]
    JSON.ARRTRIM k $.array 0 0 => [0]

    # Other kinds of places, and a legacy path.
    JSON.ARRTRIM k $.int 0 0 => [null]
    JSON.ARRTRIM k .object.array 0 0 => 1
    JSON.ARRTRIM k .int 0 0 => !ERR Path does not exist or not an array
    JSON.ARRTRIM k .nope 0 0 => !ERR Path does not exist

    # Failures.
    JSON.ARRTRIM k $.array x 0 => !ERR value is not an integer or out of range
    JSON.ARRTRIM k $.array 0 x => !ERR value is not an integer or out of range
    JSON.ARRTRIM missing $ 0 0 => ${NO_KEY}
    JSON.ARRTRIM k $ 0 => !ERR wrong number of arguments for 'json.arrtrim' command
  `,
  "JSON.OBJKEYS and JSON.OBJLEN": `
    # Objects among other values.
    JSON.SET k $ '{"a":[3],"nested":{"a":{"b":2,"c":1}}}' => "OK"
    JSON.OBJKEYS k $..a => [["b","c"],null]
    JSON.OBJLEN k $..a => [2,null]

    # The root, in both languages.
    JSON.OBJKEYS k => ["a","nested"]
    JSON.OBJLEN k => 2
    JSON.OBJKEYS k $ => [["a","nested"]]
    JSON.OBJLEN k $ => [2]

    # Nothing there.
    JSON.OBJKEYS k $.nope => []
    JSON.OBJLEN k $.nope => []

    # Failures: places.
    JSON.OBJKEYS k .a => !ERR Path does not exist or not an object
    JSON.OBJLEN k .a => !WRONGTYPE wrong type of path value - expected object
    JSON.OBJKEYS k .nope => !ERR Path does not exist
    JSON.OBJLEN k .nope => !ERR Path does not exist

    # A missing key.
    JSON.OBJKEYS missing => null
    JSON.OBJKEYS missing $ => null
    JSON.OBJLEN missing => null
    JSON.OBJLEN missing $ => null

    # Failures: arity.
    JSON.OBJKEYS k $ x => !ERR wrong number of arguments for 'json.objkeys' command
    JSON.OBJLEN k $ x => !ERR wrong number of arguments for 'json.objlen' command
  `,
  "JSON.TOGGLE": `
    # Booleans at two depths.
    JSON.SET k $ '{"bool":true,"obj":{"bool":false},"n":1}' => "OK"

    # Booleans among other values.
    JSON.TOGGLE k $.bool => [0]
    JSON.TOGGLE k $..bool => [1,1]
    JSON.TOGGLE k $.n => [null]
    JSON.TOGGLE k $.nope => []

    # A legacy path.
    JSON.TOGGLE k .bool => "false"
    JSON.TOGGLE k .bool => "true"
    JSON.TOGGLE k .n => !ERR Path does not exist or not a bool
    JSON.TOGGLE k .nope => !ERR Path does not exist

    # Failures, and what is there in the end.
    JSON.TOGGLE missing $ => ${NO_KEY}
    JSON.TOGGLE k => !ERR wrong number of arguments for 'json.toggle' command
    JSON.GET k => "{\\"bool\\":true,\\"obj\\":{\\"bool\\":true},\\"n\\":1}"
  `,
  "JSON.RESP": `
    # Every kind of value.
    JSON.SET k $ '{"s":"x","i":1,"d":1.5,"w":2.0,"t":true,"f":false,"z":null,"a":[1,[2]],"o":{}}' => "OK"
    JSON.RESP k => ["{","s","x","i",1,"d","1.5","w","2.0","t","true","f","false","z",null,"a",["[",1,["[",2]],"o",["{"]]
    JSON.RESP k .a => ["[",1,["[",2]]
    JSON.RESP k $.a => [["[",1,["[",2]]]
    JSON.RESP k $.* => ["x",1,"1.5","2.0","true","false",null,["[",1,["[",2]],["{"]]

    # Nothing there, and failures.
    JSON.RESP k .nope => !ERR Path does not exist
    JSON.RESP k $.nope => []
    JSON.RESP missing => null
    JSON.RESP k $ x => !ERR wrong number of arguments for 'json.resp' command
  `,
  "JSON.DEBUG": `
    # The bytes of values.
    JSON.SET k $ '{"s":"some text","n":[1,2]}' => "OK"
    JSON.DEBUG MEMORY k .s => 32
    JSON.DEBUG memory k $.s => [32]
    JSON.DEBUG MEMORY k $.nope => []

    # Nothing there.
    JSON.DEBUG MEMORY k .nope => !ERR Path does not exist
    JSON.DEBUG MEMORY missing => 0
    JSON.DEBUG MEMORY missing $ => []

    # HELP and failures.
    JSON.DEBUG HELP => ["MEMORY <key> [path] - reports memory usage in bytes","HELP                - prints this message"]
    JSON.DEBUG nope => !ERR unknown subcommand - try \`JSON.DEBUG HELP\`
    JSON.DEBUG MEMORY => !ERR wrong number of arguments for 'json.debug' command
    JSON.DEBUG MEMORY k $ x => !ERR wrong number of arguments for 'json.debug' command
    JSON.DEBUG => !ERR wrong number of arguments for 'json.debug' command
  `,
  "documents as keys": `
    # A new document has no deadline, a member leaves it.
    JSON.SET k $ '{"a":[1]}' => "OK"
    TYPE k => "json"
    EXPIRE k 100 => 1
    JSON.SET k $.b 2 => "OK"
    JSON.SET k $ '{"a":[1]}' => "OK"
    PERSIST k => 1

    # Copies are apart.
    COPY k c => 1
    JSON.DEL c $.a => 1
    JSON.MGET k c . => ["{\\"a\\":[1]}","{}"]

    # Names and scans.
    RENAME k r => "OK"
    JSON.GET r => "{\\"a\\":[1]}"
    SCAN 0 TYPE json MATCH r => ["0",["r"]]
    SCAN 0 TYPE string => ["0",[]]

    # Deletion.
    DEL r c => 2
    JSON.GET r => null
  `,
  "keys of other types": `
    # JSON commands refuse a string.
    SET s x
    JSON.SET s $ 1 => ${WRONG_TYPE}
    JSON.GET s => ${WRONG_TYPE}
    JSON.MERGE s $ 1 => ${WRONG_TYPE}
    JSON.DEL s => ${WRONG_TYPE}
    JSON.CLEAR s => ${WRONG_TYPE}
    JSON.TYPE s => ${WRONG_TYPE}
    JSON.NUMINCRBY s $ 1 => ${WRONG_TYPE}
    JSON.STRAPPEND s '"x"' => ${WRONG_TYPE}
    JSON.STRLEN s => ${WRONG_TYPE}
    JSON.ARRAPPEND s $ 1 => ${WRONG_TYPE}
    JSON.ARRLEN s => ${WRONG_TYPE}
    JSON.OBJKEYS s => ${WRONG_TYPE}
    JSON.TOGGLE s $ => ${WRONG_TYPE}
    JSON.RESP s => ${WRONG_TYPE}
    JSON.DEBUG MEMORY s => ${WRONG_TYPE}

    # String commands refuse a document, except those that do not mind.
    JSON.SET k $ '"x"' => "OK"
    GET k => ${WRONG_TYPE}
    APPEND k x => ${WRONG_TYPE}
    INCR k => ${WRONG_TYPE}
    MGET k => [null]
    SET k replaced => "OK"
    GET k => "replaced"
  `,
});

export const jsonSuite = [...commands, ...jsonPathSuite];
