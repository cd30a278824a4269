/** The manual of the bitmap commands; `manual.ts` tells how it is written. */
export const bitmapManual = `
BITFIELD key [operation=<GET encoding_offset=(encoding offset)
    | write=([OVERFLOW wrap_sat_fail=<WRAP | SAT | FAIL>]
    write_operation=<SET encoding_offset_value=(encoding offset value:integer)
    | INCRBY encoding_offset_increment=(encoding offset increment)>)> …]
  O(1) for each operation

BITFIELD_RO key [(GET encoding_offset=(encoding offset)) …]
  O(1) for each operation

BITCOUNT key [index=(start:integer end:integer [index_unit@7.0.0=<BYTE | BIT>])]
  O(N), N bytes of the string
  7.0.0: BYTE and BIT

BITOP operation=<AND | OR | XOR | NOT | DIFF@8.2.0 | DIFF1@8.2.0 | ANDOR@8.2.0 | ONE@8.2.0> destkey key …
  O(N), N bytes of the longest string
  8.2.0: DIFF, DIFF1, ANDOR and ONE

BITPOS key bit [index=(start:integer [end_index=(end:integer [index_unit@7.0.0=<BYTE | BIT>])])]
  O(N), N bytes of the string
  7.0.0: BYTE and BIT

GETBIT key offset
  O(1)

SETBIT key offset value:integer
  O(1)
`;
