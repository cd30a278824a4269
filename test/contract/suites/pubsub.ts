/** Pub/sub with one client, so without subscribers. `test/oracle/pubsub.test.ts` has several clients. */
import { suite } from "../suite.ts";

export const pubsubSuite = suite({
  "PUBLISH and SPUBLISH without listeners": `
    # Messages are delivered to none.
    PUBLISH channel message
    PUBLISH channel ""
    PUBLISH "" ""
    PUBLISH "binary \\x00\\xff" "é"
    SPUBLISH channel message
    EXISTS channel

    # Failures: arity.
    PUBLISH
    PUBLISH channel
    PUBLISH channel message more
    SPUBLISH channel
    SPUBLISH channel message more
  `,
  "PUBSUB without listeners": `
    # No channels, no patterns.
    PUBSUB CHANNELS
    PUBSUB CHANNELS *
    PUBSUB channels c[ab]*
    PUBSUB NUMSUB
    PUBSUB NUMSUB a b a
    PUBSUB NUMPAT
    PUBSUB SHARDCHANNELS
    PUBSUB SHARDCHANNELS *
    PUBSUB SHARDNUMSUB
    PUBSUB SHARDNUMSUB a b

    # Failures.
    PUBSUB CHANNELS a b
    PUBSUB SHARDCHANNELS a b
    PUBSUB NUMPAT x
    PUBSUB
    PUBSUB NOSUCH
    PUBSUB HELP x
  `,
});
