/** How requests name the database of a test run that they are for, by an id that begins with `stashd-`. */

/** The header by which a request to a test run chooses a database. */
export const DATABASE_HEADER = "x-stashd-database";

/**
 * The header by which browsers tell the web app under test that id. It is one of those that a page may send to any origin:
 * with another one, what a page fetches from other origins would be refused.
 */
export const BROWSER_HEADER = "content-language";
