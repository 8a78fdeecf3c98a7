import type { Argv } from 'yargs';
import { yargsOptionsFor } from '../config/index.js';
import type { Choose } from './parser-parts.js';
import { SOUND_FLAGS } from './sound-flags.js';

/** What turns speech into text. */
export function hearingCommands(parser: Argv, choose: Choose): void {
  parser.command(
    'transcribe <file>',
    'Write down what is said in a sound file, or in sound on standard input (-)',
    (command) =>
      command
        .positional('file', { type: 'string', describe: 'WAV, MP3, FLAC, Ogg; - for standard input' })
        .options({
          ...yargsOptionsFor(['sttEngine', 'language']),
          raw: SOUND_FLAGS.raw,
          'gain-db': SOUND_FLAGS['gain-db'],
        })
        .option('engine', {
          type: 'string',
          requiresArg: true,
          describe: 'Engine that understands it, by its name; as --stt-engine',
        })
        .option('hint', {
          type: 'string',
          array: true,
          nargs: 1,
          requiresArg: true,
          describe: 'Name or term that may come; repeatable',
        })
        .example('$0 transcribe talk.mp3 --language ja', '')
        .example('$0 transcribe talk.wav --json', ''),
    (args) => choose(async () => (await import('./commands/transcribe.js')).transcribe, args),
  );
}
