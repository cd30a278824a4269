/** The manual of the hyperloglog commands; `manual.ts` tells how it is written. */
export const hyperloglogManual = `
PFADD key [element …]
  O(1) for each element of the sketch

PFCOUNT key …
  O(1) for one key; O(N) for N keys

PFDEBUG subcommand=<GETREG | DECODE | ENCODING | TODENSE> key
  syscmd

PFMERGE destkey [sourcekey …]
  O(N), N sketches

PFSELFTEST
  syscmd
`;
