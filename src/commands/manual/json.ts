/** The manual of the json commands; `manual.ts` tells how it is written. */
export const jsonManual = `
JSON.ARRAPPEND key path value …
  O(1)

JSON.ARRINDEX key path value [range=(start:integer [stop:integer])]
  O(N), N elements of the array

JSON.ARRINSERT key path index value …
  O(N), N elements of the array

JSON.ARRLEN key [path]
  O(1)

JSON.ARRPOP key [FORMAT format=<STRING | EXPAND1 | EXPAND>] [position=(path [index])]
  O(N), N elements of the array

JSON.ARRTRIM key path start:integer stop:integer
  O(N), N elements of the array

JSON.CLEAR key [path]
  O(N), N values of the document

JSON.DEBUG subcommand=<MEMORY target=(key [path]) | HELP>
  O(N), N values of the document

JSON.DEL key [path]
  O(N), N values of the document

JSON.FORGET key [path]
  O(N), N values of the document

JSON.GET key [FORMAT format=<STRING | EXPAND1 | EXPAND>] [INDENT indent] [NEWLINE newline] [SPACE space] [NOESCAPE]
    [path …]
  O(N), N values of the document

JSON.MERGE key path value
  O(M+N), N values of the document, M of the new one

JSON.MGET key … path
  O(M*N), N values of each of M documents

JSON.MSET triplet=(key path value) …
  O(K*(M+N)), K documents of N values, M of the new value

JSON.NUMINCRBY key path value:double
  O(1)

JSON.NUMMULTBY key path value:double
  O(1)

JSON.NUMPOWBY key path value:double
  O(1)

JSON.OBJKEYS key [path]
  O(N), N keys of the object

JSON.OBJLEN key [path]
  O(1)

JSON.RESP key [path]
  O(N), N values of the document

JSON.SET key path value [condition=<NX | XX>]
  O(M+N), N values of the document, M of the new one

JSON.STRAPPEND key [path] value
  O(1)

JSON.STRLEN key [path]
  O(1)

JSON.TOGGLE key path
  O(1)

JSON.TYPE key [path]
  O(1)
`;
