/** The version in package.json, as a test holds it to be: a bundle has no package.json to read. */
export const VERSION = "0.1.0";
