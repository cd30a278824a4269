import assert from "node:assert/strict";
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { refuseUnclear, withVariables, writeVariables } from "../../src/cli/env-file.ts";
import { UsageError } from "../../src/cli/usage-error.ts";

const folder = mkdtempSync(join(tmpdir(), "stashd-env-file-"));
after(() => rmSync(folder, { recursive: true }));

const NEW = { URL: "http://new:1", TOKEN: "t=/+" };

describe("variables in an .env file", () => {
  const cases: Readonly<Record<string, readonly [before: string, then: string]>> = {
    "an empty file": ["", 'URL="http://new:1"\nTOKEN="t=/+"\n'],
    "no line end at the end": ["A=1", 'A=1\nURL="http://new:1"\nTOKEN="t=/+"\n'],
    "both kinds of line end": ["A=1\r\nTOKEN=x\nB=2\r\n", 'A=1\r\nTOKEN=t=/+\nB=2\r\nURL="http://new:1"\r\n'],
    "every kind of quotes": ["URL='a'\nTOKEN=\"b\"\n", "URL='http://new:1'\nTOKEN=\"t=/+\"\n"],
    "backticks, and none": ["URL=`a`\nTOKEN=b\n", "URL=`http://new:1`\nTOKEN=t=/+\n"],
    "spaces, export and comments": [
      "# URL=no\n  export URL = a  # why\nTOKEN=#c\n",
      "# URL=no\n  export URL = http://new:1  # why\nTOKEN=t=/+#c\n",
    ],
    "a name that is there twice": ["URL=a\nTOKEN=\nURL=b\n", "URL=http://new:1\nTOKEN=t=/+\nURL=http://new:1\n"],
    "lines within another value": [
      'KEY="a\nURL=in\\"ner\n"\nURL=a\nX=\'\nTOKEN=inner\'\nTOKEN=b\n',
      'KEY="a\nURL=in\\"ner\n"\nURL=http://new:1\nX=\'\nTOKEN=inner\'\nTOKEN=t=/+\n',
    ],
    "a quote that does not end": ["URL='a\nTOKEN=b\n", "URL=http://new:1\nTOKEN=t=/+\n"],
    "names that objects have": [
      "constructor=1\nMY_URL=2\nURLS=3\nURL=\nTOKEN=",
      "constructor=1\nMY_URL=2\nURLS=3\nURL=http://new:1\nTOKEN=t=/+",
    ],
  };
  for (const [what, [before, then]] of Object.entries(cases)) {
    test(what, () => {
      assert.equal(withVariables(before, NEW), then);
      assert.equal(withVariables(then, NEW), then, "a second time changes nothing");
    });
  }

  test("values that readers take for different ones are refused", () => {
    for (const token of ["a$b", 'a"b', "a'b", "a`b", "a#b", "a\\b"]) {
      assert.throws(() => refuseUnclear({ A: "x", TOKEN: token }), UsageError, token);
    }
    refuseUnclear({ A: "redis://default:a%24@127.0.0.1:1" });
  });

  test("a file keeps its mode, its bytes and the links to it", () => {
    const [file, link] = [join(folder, "real.env"), join(folder, "link.env")];
    writeFileSync(file, Buffer.from("NAME=\xe9\nTOKEN=a\n", "latin1"));
    chmodSync(file, 0o640);
    symlinkSync(file, link);
    assert.equal(writeVariables(link, { TOKEN: "b" }), true);
    assert.equal(readFileSync(file, "latin1"), "NAME=\xe9\nTOKEN=b\n");
    assert.equal(statSync(link).mode & 0o777, 0o640);
    const before = statSync(file).ino;
    assert.equal(writeVariables(link, { TOKEN: "b" }), false);
    assert.equal(statSync(file).ino, before);
    assert.deepEqual(readdirSync(folder).sort(), ["link.env", "real.env"]);
  });

  test("a new file is its owner's alone, and what is no such file is refused", () => {
    const file = join(folder, "new.env");
    assert.equal(writeVariables(file, { TOKEN: "b" }), true);
    assert.deepEqual([readFileSync(file, "utf8"), statSync(file).mode & 0o777], ['TOKEN="b"\n', 0o600]);
    writeFileSync(file, "T\0O\0", "latin1");
    assert.throws(() => writeVariables(file, NEW), /new\.env is not UTF-8; save it as that$/);
    assert.throws(() => writeVariables(folder, NEW), /is a directory; name a file$/);
    assert.throws(() => writeVariables(join(folder, "no/such"), NEW), /does not exist; correct the path$/);
  });
});
