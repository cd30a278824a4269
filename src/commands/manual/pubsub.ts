/** The manual of the pubsub commands; `manual.ts` tells how it is written. */
export const pubsubManual = `
PSUBSCRIBE pattern=(pattern) …
  O(N), N patterns of the connection

PUBLISH channel message
  O(N+M), N subscribers of the channel, M patterns of all connections

PUNSUBSCRIBE [pattern …]
  O(N+M), N patterns of the connection, M of all connections

SPUBLISH shardchannel message
  O(N), N subscribers

SSUBSCRIBE shardchannel …
  O(N), N channels

SUBSCRIBE channel …
  O(N), N channels

SUNSUBSCRIBE [shardchannel …]
  O(N), N subscribers

UNSUBSCRIBE [channel …]
  O(N), N subscribers

PUBSUB

PUBSUB CHANNELS [pattern]
  O(N), N channels of all connections

PUBSUB HELP
  O(1)

PUBSUB NUMPAT
  O(1)

PUBSUB NUMSUB [channel …]
  O(N), N channels asked for

PUBSUB SHARDCHANNELS [pattern]
  O(N), N channels of all connections

PUBSUB SHARDNUMSUB [shardchannel …]
  O(N), N channels asked for
`;
