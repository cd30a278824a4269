/** kill -9 under `everysec`: what is lost is the end, at most the last second of it, and never a middle. */
import { describeKills } from "./kill-rounds.ts";

describeKills("everysec", "what is lost is the end");
