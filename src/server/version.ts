/** The version of package.json, which a bundle does not contain. A test compares the two. */
export const VERSION = "0.1.0";
