import { optionalText, section } from './setting.js';

/** Settings of the server, part of the table. What stands in the sections is checked by the rooms that use them. */
export const SERVE_SETTINGS = {
  serve: section({
    flag: undefined,
    env: 'BRIDGE_SERVE',
    describe: 'The server: who may ask, how many sessions there may be, and how each protocol behaves',
    expects: 'settings of the server (in the environment as JSON)',
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
