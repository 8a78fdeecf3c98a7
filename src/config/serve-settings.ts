import { choice, optionalText, section } from './setting.js';

/** Settings of the server, part of the table. What stands in the sections is checked by the rooms that use them. */
export const SERVE_SETTINGS = {
  serve: section({
    flag: undefined,
    env: 'BRIDGE_SERVE',
    describe: 'The server: who may ask, how many sessions there may be, and how each protocol behaves',
    expects: 'settings of the server (in the environment as JSON)',
  }),
  homePage: choice({
    flag: 'home-page',
    env: 'BRIDGE_HOME_PAGE',
    describe:
      'What is served at /: the console, the voice page, the popup demo, or the two forms of the popup tutorial (popup-v1 over HTTP, popup-v2 over WebSocket)',
    choices: ['console', 'voice', 'popup', 'popup-v1', 'popup-v2'],
    default: 'console',
  }),
  personas: section({
    flag: undefined,
    env: 'BRIDGE_PERSONAS',
    describe:
      'Who answers, by name: each a system prompt, a model, a voice or whatever differs from the rest',
    expects: 'names of personas with what differs for each (in the environment as JSON)',
  }),
  persona: optionalText({
    flag: 'persona',
    env: 'BRIDGE_PERSONA',
    describe: 'Which of the personas answers those who name none',
    expects: 'the name of a persona',
    accepts: (value) => /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(value),
  }),
  comments: section({
    flag: undefined,
    env: 'BRIDGE_COMMENTS',
    describe: 'Comments of live streams that the avatar answers: sources, queue and moderation',
    expects: 'settings of comments (in the environment as JSON)',
  }),
} as const;
