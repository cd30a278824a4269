/** kill -9 under `always`: nothing acknowledged is lost, nothing is invented, and no group is split. */
import { describeKills } from "./kill-rounds.ts";

describeKills("always", "what was acknowledged is there");
