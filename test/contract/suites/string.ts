import { suite } from "../suite.ts";

export const stringSuite = suite({
  "GET and SET": `
    GET missing
    SET k v
    GET k
    SET k "" 
    GET k
    SET bin "\\x00\\xff\\r\\n"
    GET bin
    GET
    SET k
    get k extra
  `,
  "SET with conditions": `
    SET k a NX
    SET k b NX
    SET k c XX
    SET none c XX
    GET k
    SET k d GET
    SET none2 d GET
    SET k e NX GET
    SET k e NX XX
    SET k e nope
    DIGEST missing => null
    SET cond hello => "OK"
    DIGEST cond => "9555e8555c62dcfd"
    SET cond bye IFEQ nothello => null
    SET cond bye IFEQ hello => "OK"
    SET cond again IFNE bye => null
    SET cond again IFDEQ 0000000000000000 => null
  `,
});
