// The long forms that "npm run soak" knows.

/**
 * @typedef {object} Soak
 * @property {string} what it does and shows, in a few words
 * @property {readonly string[]} command a script and its arguments, from the root of the repository, for Node 24
 * @property {Readonly<Record<string, string>>} [environment]
 */

/** @type {Readonly<Record<string, Soak>>} */
export const SOAKS = {
  properties: {
    what: 'the unit tests with another random seed',
    command: ['node_modules/mocha/bin/mocha.js', '--reporter', 'dot', 'homeserver/src/**/*.test.ts'],
  },
};
