/** Parameters that are on or off. */
import type { Parameter } from "./parameters.ts";

/** What is wrong with a text that is neither `yes` nor `no`, in Redis's words. */
export const NOT_YES_OR_NO = "argument must be 'yes' or 'no'";

/** A parameter that reads and shows `yes` and `no`. */
export function flagParameter(get: () => boolean, set: (isOn: boolean) => void): Parameter {
  return {
    get: () => (get() ? "yes" : "no"),
    prepare: (text) => {
      const value = text.toLowerCase();
      if (value !== "yes" && value !== "no") return NOT_YES_OR_NO;
      return () => set(value === "yes");
    },
  };
}
