import type { Argv } from 'yargs';
import { type SettingKey, yargsOptionsFor } from '../config/index.js';
import { type Choose, LINK_LIFE, LINKS, OUTPUT } from './parser-parts.js';

/** Settings of every command that has something spoken. */
export const SPEECH: readonly SettingKey[] = [
  'ttsEngine',
  'voice',
  'language',
  'speed',
  'dictionary',
  'speechLoudness',
  'speechCacheMb',
  'speechCacheDir',
  'speechCapCharacters',
];

/** What turns text into speech. */
export function speechCommands(parser: Argv, choose: Choose): void {
  parser.command(
    'say [text..]',
    'Speak a text through the avatar with a voice of your choice, or into a file',
    (command) =>
      command
        .positional('text', {
          type: 'string',
          array: true,
          describe: 'What to say; - for standard input, spoken as it comes',
        })
        .options({
          ...yargsOptionsFor([
            ...SPEECH,
            ...LINKS,
            'lane',
            'mode',
            'leadMs',
            'readyTimeoutMs',
            'lips',
            'lipTxt',
            'record',
          ]),
          ...yargsOptionsFor(OUTPUT),
          ...LINK_LIFE,
        })
        .option('file', { type: 'string', requiresArg: true, describe: 'Text file (UTF-8) to say' })
        .option('instructions', {
          type: 'string',
          requiresArg: true,
          describe: "How to say it, in words, for engines that take that: 'warmly, a little tired'",
        })
        .option('out', {
          type: 'string',
          requiresArg: true,
          describe:
            'Write a WAV file instead, with phonemes, words and credits in a .json of the same name beside it; needs no avatar',
        })
        .option('if-busy', {
          choices: ['queue', 'interrupt', 'fail'],
          describe: 'What to do while the avatar speaks',
          defaultDescription: 'queue',
          requiresArg: true,
        })
        .example("$0 say 'Hello. こんにちは。'", '')
        .example("$0 say --out hello.wav 'Hello.'", ''),
    (args) => choose(async () => (await import('./commands/say.js')).say, args),
  );
  parser.command(
    'voices',
    'List speech engines, what they need, and their voices',
    (command) => command.options(yargsOptionsFor(['ttsEngine'])),
    (args) => choose(async () => (await import('./commands/voices.js')).voices, args),
  );
}
