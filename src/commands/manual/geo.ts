/** The manual of the geo commands; `manual.ts` tells how it is written. */
export const geoManual = `
GEOADD key [condition@6.2.0=<NX | XX>] [change=CH@6.2.0] longitude_latitude_member=(longitude latitude member) …
  O(log(N)) for each member, N elements
  6.2.0: CH, NX and XX

GEODIST key member1 member2 [unit=<M | KM | FT | MI>]
  O(log(N)), N elements

GEOHASH key [member …]
  O(log(N)) for each member, N elements

GEOPOS key [member …]
  O(N), N members

GEORADIUS key longitude latitude radius unit=<M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH]
    [count=(COUNT count [ANY@6.2.0])] [order=<ASC | DESC>] [STORE key] [STOREDIST key]
  O(N+log(M)), N elements in the box around the circle, M within it
  replaced 6.2.0: GEOSEARCH and GEOSEARCHSTORE with BYRADIUS
  6.2.0: ANY
  7.0.0: units in upper case

GEORADIUS_RO key longitude latitude radius unit=<M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH]
    [count=(COUNT count [ANY@6.2.0])] [order=<ASC | DESC>]
  O(N+log(M)), N elements in the box around the circle, M within it
  replaced 6.2.0: GEOSEARCH with BYRADIUS
  6.2.0: ANY

GEORADIUSBYMEMBER key member radius unit=<M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH]
    [count=(COUNT count [ANY])] [order=<ASC | DESC>] [STORE key] [STOREDIST key]
  O(N+log(M)), N elements in the box around the circle, M within it
  replaced 6.2.0: GEOSEARCH and GEOSEARCHSTORE with FROMMEMBER and BYRADIUS
  7.0.0: units in upper case

GEORADIUSBYMEMBER_RO key member radius unit=<M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH]
    [count=(COUNT count [ANY])] [order=<ASC | DESC>]
  O(N+log(M)), N elements in the box around the circle, M within it
  replaced 6.2.0: GEOSEARCH with FROMMEMBER and BYRADIUS

GEOSEARCH key from=<FROMMEMBER member | FROMLONLAT longitude_latitude=(longitude latitude)>
    by=<circle=(BYRADIUS radius unit=<M | KM | FT | MI>) | box=(BYBOX width height unit=<M | KM | FT | MI>)>
    [order=<ASC | DESC>] [count=(COUNT count [ANY])] [WITHCOORD] [WITHDIST] [WITHHASH]
  O(N+log(M)), N elements in the cells around the shape, M within it
  7.0.0: units in upper case

GEOSEARCHSTORE destination source from=<FROMMEMBER member | FROMLONLAT longitude_latitude=(longitude latitude)>
    by=<circle=(BYRADIUS radius unit=<M | KM | FT | MI>) | box=(BYBOX width height unit=<M | KM | FT | MI>)>
    [order=<ASC | DESC>] [count=(COUNT count [ANY])] [STOREDIST]
  O(N+log(M)), N elements in the cells around the shape, M within it
  7.0.0: units in upper case
`;
