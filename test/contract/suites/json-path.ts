import { suite } from "../suite.ts";

/** Both path languages, through JSON.GET; see `json.ts` for where the replies come from. */
export const jsonPathSuite = suite({
  paths: `
    # Names, indexes and slices.
    JSON.SET k $ '{"s":{"book":[{"t":"A","p":8.95,"i":"1"},{"t":"B","p":12},{"t":"C","p":8,"i":"2"}],"bike":{"p":19}}}' => "OK"
    JSON.GET k $.s.book[*].t => "[\\"A\\",\\"B\\",\\"C\\"]"
    JSON.GET k $..p => "[8.95,12,8,19]"
    JSON.GET k $.s..p => "[8.95,12,8,19]"
    JSON.GET k $..book[2].t => "[\\"C\\"]"
    JSON.GET k $..book[-1].t => "[\\"C\\"]"
    JSON.GET k $..book[0,1].t => "[\\"A\\",\\"B\\"]"
    JSON.GET k $..book[:2].t => "[\\"A\\",\\"B\\"]"
    JSON.GET k $..book[1:].t => "[\\"B\\",\\"C\\"]"
    JSON.GET k $..book[-2:].t => "[\\"B\\",\\"C\\"]"
    JSON.GET k $..book[::2].t => "[\\"A\\",\\"C\\"]"
    JSON.GET k $..book[::-1].t => "[\\"C\\",\\"B\\",\\"A\\"]"
    JSON.GET k $..book[::0].t => "[]"
    JSON.GET k $..book[-100:100].t => "[\\"A\\",\\"B\\",\\"C\\"]"
    JSON.GET k $..book[99999999999999999999] => "[]"
    JSON.GET k $.s['bike','book'][0].t => "[\\"A\\"]"
    JSON.GET k '$["s"]["bike"]["p"]' => "[19]"
    JSON.GET k '$.s[ "bike" , \\'nope\\' ] .p' => "[19]"

    # Filters.
    JSON.GET k $.s.book[?(@.i)].t => "[\\"A\\",\\"C\\"]"
    JSON.GET k $.s.book[?(!@.i)].t => "[\\"B\\"]"
    JSON.GET k $.s.book[?(@.p<10)].t => "[\\"A\\",\\"C\\"]"
    JSON.GET k "$.s.book[?(@.p < 10 && @.i == '2')].t" => "[\\"C\\"]"
    JSON.GET k "$.s.book[?(@.p > 10 || @.i == \\"2\\")].t" => "[\\"B\\",\\"C\\"]"
    JSON.GET k "$.s.book[?(@.p >= 8 && (@.t == 'A' || @.t == 'B'))].t" => "[\\"A\\",\\"B\\"]"
    JSON.GET k $.s.book[?(@.t!='A')].t => "[\\"B\\",\\"C\\"]"
    JSON.GET k $.s.book[?(@.i!='1')].t => "[\\"B\\",\\"C\\"]"
    JSON.GET k $.s.book[?@.p==8.0].t => "[\\"C\\"]"
    JSON.GET k $.s.book[?(10>@.p)].t => "[\\"A\\",\\"C\\"]"
    JSON.GET k "$.s.book[?(@.t =~ '(?i)^[ab]$')].t" => "[\\"A\\",\\"B\\"]"
    JSON.GET k $.s.book[?(@.p<$.s.bike.p)].t => "[\\"A\\",\\"B\\",\\"C\\"]"

    # Filters at every depth, and wildcards.
    JSON.GET k $..[?(@.t=='B')].p => "[12]"
    JSON.GET k $..[?(@.book[?(@.p==12)])].bike => "[{\\"p\\":19}]"
    JSON.GET k $.s.*.p => "[19]"
    JSON.GET k $..*.i => "[\\"1\\",\\"2\\"]"
    JSON.GET k $..nope..deep => "[]"

    # The legacy language has one match.
    JSON.GET k .s.book[1].t => "\\"B\\""
    JSON.GET k s.book[1].t => "\\"B\\""
    JSON.GET k ['s'].bike => "{\\"p\\":19}"
    JSON.GET k ..p => "8.95"

    # Matches within matches come deepest first.
    JSON.SET o $ '{"x":{"x":[{"x":1}]},"list":[[1,[2]],{"y":[3]}]}' => "OK"
    JSON.GET o $..x => "[1,[{\\"x\\":1}],{\\"x\\":[{\\"x\\":1}]}]"
    JSON.GET o $.list..[0] => "[2,1,3,[1,[2]]]"
    JSON.GET o $.list..* => "[2,1,[2],3,[3],[1,[2]],{\\"y\\":[3]}]"
    JSON.SET a $ '{"array":[1],"nested":{"array":[2]}}' => "OK"
    JSON.GET a $..array => "[[2],[1]]"
  `,
  "filters compare as JSON does": `
    # Equality, by type and value.
    JSON.SET k $ [0,1,1.0,"1",true,false,null,[1],{"a":1},"b",9007199254740993] => "OK"
    JSON.GET k $[?(@==1)] => "[1,1.0]"
    JSON.GET k $[?(@=='1')] => "[\\"1\\"]"
    JSON.GET k $[?(@==true)] => "[true]"
    JSON.GET k $[?(@==null)] => "[null]"
    JSON.GET k $[?(@!=1)] => "[0,\\"1\\",true,false,null,[1],{\\"a\\":1},\\"b\\",9007199254740993]"

    # Order, of numbers, strings and booleans.
    JSON.GET k $[?(@==9007199254740993)] => "[9007199254740993]"
    JSON.GET k $[?(@>9007199254740992)] => "[9007199254740993]"
    JSON.GET k $[?(@>'1')] => "[\\"b\\"]"
    JSON.GET k $[?(@>=false)] => "[true,false]"
    JSON.GET k $[?(@<=null)] => "[]"

    # Paths on either side.
    JSON.GET k $[?(@==$[7])] => "[[1]]"
    JSON.GET k $[?(@.*==1)] => "[[1],{\\"a\\":1}]"
    JSON.GET k $[?(@.a)] => "[{\\"a\\":1}]"

    # Constants and negation.
    JSON.GET k $[?(true)] => "[0,1,1.0,\\"1\\",true,false,null,[1],{\\"a\\":1},\\"b\\",9007199254740993]"
    JSON.GET k $[?(false)] => "[]"
    JSON.GET k $[?(!(@==1||@=='b'))] => "[0,\\"1\\",true,false,null,[1],{\\"a\\":1},9007199254740993]"

    # Regular expressions, in the path and in the document.
    JSON.GET k "$[?(@ =~ 'B')]" => "[]"
    JSON.GET k $[?(@.nope==@.nope)] => "[]"
    JSON.SET re $ '{"p":"^a+b$","bad":"(","l":["aab","ab","b",1]}' => "OK"
    JSON.GET re "$.l[?(@ =~ $.p)]" => "[\\"aab\\",\\"ab\\"]"
    JSON.GET re "$.l[?(@ =~ $.bad)]" => "[]"
    JSON.GET re "$.l[?(@ =~ '(a*)*$x')]" => "[]"
    JSON.GET re "$.l[?(@ =~ '(')]" => !ERR invalid path: invalid regular expression
  `,
  "bad paths": `
    # Steps.
    JSON.SET k $ '{"a":[1,2,3]}' => "OK"
    JSON.GET k $. => !ERR Error occurred on position 3, expected one of the following: a name
    JSON.GET k $.. => !ERR Error occurred on position 4, expected one of the following: a name
    JSON.GET k $...a => !ERR Error occurred on position 4, expected one of the following: a name
    JSON.GET k $[ => !ERR Error occurred on position 3, expected one of the following: a name, an index, a slice, \`*\`, \`?\`
    JSON.GET k $[] => !ERR Error occurred on position 3, expected one of the following: a name, an index, a slice, \`*\`, \`?\`
    JSON.GET k $[a] => !ERR Error occurred on position 3, expected one of the following: a name, an index, a slice, \`*\`, \`?\`
    JSON.GET k $[0 => !ERR Error occurred on position 4, expected one of the following: \`]\`
    JSON.GET k "$['a" => !ERR Error occurred on position 3, unterminated string
    JSON.GET k "$['\\\\x']" => !ERR Error occurred on position 3, invalid escape

    # Filters.
    JSON.GET k $[?] => !ERR Error occurred on position 4, expected one of the following: a value
    JSON.GET k $[?(] => !ERR Error occurred on position 5, expected one of the following: a value
    JSON.GET k $[?(@.a] => !ERR Error occurred on position 8, expected one of the following: \`)\`
    JSON.GET k $[?(@.a==)] => !ERR Error occurred on position 10, expected one of the following: a value
    JSON.GET k $[?(@.a&&)] => !ERR Error occurred on position 10, expected one of the following: a value
    JSON.GET k $[?((@.a==1)==2)] => !ERR Error occurred on position 15, only values can be compared

    # After the root.
    JSON.GET k $x => !ERR Path does not exist
    JSON.GET k $$ => !ERR Path does not exist

    # Legacy paths.
    JSON.GET k "" => !ERR Error occurred on position 1, expected one of the following: a name
    JSON.GET k .a[ => !ERR Error occurred on position 4, expected one of the following: a name, an index, a slice, \`*\`, \`?\`
    JSON.GET k a..  => !ERR Error occurred on position 4, expected one of the following: a name
    JSON.GET k "a b" => !ERR Error occurred on position 3, expected one of the following: \`.\`, \`[\`, the end

    # Nesting.
    JSON.GET k $${"[?(@".repeat(200)} => !ERR Error occurred on position 260, nested too deeply
    JSON.GET k "$[?(${"!".repeat(200)}@)]" => !ERR Error occurred on position 132, nested too deeply

    # Other commands.
    JSON.SET k $.b[ 1 => !ERR Error occurred on position 5, expected one of the following: a name, an index, a slice, \`*\`, \`?\`
    JSON.MGET k $[ => !ERR Error occurred on position 3, expected one of the following: a name, an index, a slice, \`*\`, \`?\`
    JSON.GET k => "{\\"a\\":[1,2,3]}"
  `,
});
