import type { Argv } from 'yargs';
import { type SettingKey, yargsOptionsFor } from '../config/index.js';
import { type Choose, LINK_LIFE, LINKS, OUTPUT } from './parser-parts.js';
import { SPEECH } from './speech-commands.js';

/** Settings of every command that holds a conversation. */
const CHAT: readonly SettingKey[] = [
  'llmEngine',
  'llmModel',
  'systemPrompt',
  'systemPromptFile',
  'topology',
  ...SPEECH,
  ...LINKS,
  'lane',
  'mode',
  'leadMs',
  'readyTimeoutMs',
  'lips',
  'lipTxt',
];

/** Conversations with the avatar. */
export function chatCommands(parser: Argv, choose: Choose): void {
  parser.command(
    'chat',
    'Talk with the avatar in the terminal, typed or by microphone',
    (command) =>
      command
        .options({
          ...yargsOptionsFor([...CHAT, 'record', 'sttEngine', 'inputBackend', 'inputDevice']),
          ...yargsOptionsFor(OUTPUT),
          ...LINK_LIFE,
        })
        .option('mic', { type: 'boolean', describe: 'Listen to the microphone too' })
        .option('push-to-talk', {
          type: 'boolean',
          describe:
            'Hear only what is said between two presses of Space on an empty line, or while it is held (also /talk)',
        })
        .option('script', {
          type: 'string',
          requiresArg: true,
          describe:
            'File with what would be typed, line by line; each waits for the end of its turn, & before it does not wait. Ends with it',
        })
        .option('tags', {
          type: 'boolean',
          describe: 'Show control tags such as [face:joy] where they stand',
        })
        .option('timings', { type: 'boolean', describe: 'Show after each turn when what happened in it' })
        .option('user', {
          type: 'string',
          requiresArg: true,
          describe: 'Who speaks: for memory, tools and what is kept',
        })
        .option('resume', {
          type: 'string',
          requiresArg: true,
          describe: 'Go on with a kept conversation, by its id or the first digits of it',
        })
        .example('$0 chat --mic --timings', '')
        .epilogue(
          'Ctrl-C leaves: a reply under way ends, what is open is closed in order (exit code 130); a second Ctrl-C leaves at once. /stop ends a reply only. ' +
            'With --json the event "ready" comes when the conversation is open and the microphone, if there is one, hears.',
        ),
    (args) => choose(async () => (await import('./commands/chat.js')).chat, args),
  );
  parser.command(
    'submodule',
    'Hold a conversation as a child of MMDAgent-EX: Plugin_AnyScript_Command=mmdagent-bridge submodule',
    (command) => command.options({ ...yargsOptionsFor([...CHAT, 'record']), ...yargsOptionsFor(OUTPUT) }),
    (args) => choose(async () => (await import('./commands/submodule.js')).submodule, args),
  );
}
