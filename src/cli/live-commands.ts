import type { Argv } from 'yargs';
import { type SettingKey, yargsOptionsFor } from '../config/index.js';
import { LIPS_TIMINGS, LIVE_LIPS } from './lips-flags.js';
import { type Choose, LINK_LIFE, LINKS, OUTPUT } from './parser-parts.js';
import { SOUND_FLAGS } from './sound-flags.js';

const INPUT: readonly SettingKey[] = ['inputBackend', 'inputDevice'];

/** What works with microphones and loudspeakers, and what finds out why it does not. */
export function liveCommands(parser: Argv, choose: Choose): void {
  microphone(parser, choose);
  lips(parser, choose);
  machine(parser, choose);
  research(parser, choose);
}

function microphone(parser: Argv, choose: Choose): void {
  parser.command(
    'mic [source]',
    'Pass a microphone (or raw sound on standard input) on to the avatar, live',
    (command) =>
      command
        .positional('source', {
          type: 'string',
          describe:
            '- for raw PCM on standard input instead of the microphone: 16000:1:s16le unless --raw says otherwise',
        })
        .options({
          ...yargsOptionsFor([
            ...LINKS,
            'lane',
            'mode',
            'leadMs',
            'readyTimeoutMs',
            'record',
            'lipTxt',
            ...INPUT,
          ]),
          raw: SOUND_FLAGS.raw,
          'gain-db': SOUND_FLAGS['gain-db'],
          ...LINK_LIFE,
        })
        .option('gate', {
          type: 'boolean',
          default: true,
          describe: 'Let only speech through; the noise floor is found by itself (--no-gate: everything)',
        })
        .option('threshold-db', {
          type: 'string',
          requiresArg: true,
          describe: 'Let through what is louder than this, dBFS, instead of finding the noise floor',
        })
        .option('push-to-talk', {
          type: 'boolean',
          describe: 'Let sound through only while the space bar is held',
        })
        .option('mute', { type: 'boolean', describe: 'Begin muted; m changes it' })
        .option('seconds', { type: 'string', requiresArg: true, describe: 'End after this time' })
        .options(LIVE_LIPS)
        .example('$0 mic --input-device 1', ''),
    (args) => choose(async () => (await import('./commands/mic.js')).mic, args),
  );
  parser.command(
    'listen [file]',
    'Record the microphone of this machine to a WAV file, or raw to standard output (-)',
    (command) =>
      command
        .positional('file', {
          type: 'string',
          describe: 'WAV file to write; - or nothing: raw PCM to stdout',
        })
        .options(yargsOptionsFor(INPUT))
        .option('seconds', { type: 'string', requiresArg: true, describe: 'End after this time' }),
    (args) => choose(async () => (await import('./commands/listen.js')).listen, args),
  );
}

function lips(parser: Argv, choose: Choose): void {
  parser.command(
    'lipsync <file>',
    'Play a sound file here and move the lips of the avatar with it (LIPSYNC_START)',
    (command) =>
      command
        .positional('file', { type: 'string', describe: 'WAV, MP3, FLAC, Ogg; - for standard input' })
        .options({
          ...yargsOptionsFor([...LINKS, 'lane', 'readyTimeoutMs', 'lipTxt', ...OUTPUT]),
          ...SOUND_FLAGS,
          ...LINK_LIFE,
        })
        .options(LIPS_TIMINGS)
        .option('from-ms', { type: 'string', requiresArg: true, describe: 'Begin at this position' })
        .option('plot', {
          type: 'string',
          requiresArg: true,
          describe:
            'Play nothing: draw the sound, its phonemes and the mouth that MMDAgent-EX will show into this .svg or .png',
        })
        .example('$0 lipsync hello.wav --timings hello.TextGrid', '')
        .example('$0 lipsync hello.wav --plot hello.png', ''),
    (args) => choose(async () => (await import('./commands/lipsync.js')).lipsync, args),
  );
}

function machine(parser: Argv, choose: Choose): void {
  parser.command('devices', 'List microphones and loudspeakers of this machine', {}, (args) =>
    choose(async () => (await import('./commands/devices.js')).devices, args),
  );
  parser.command(
    'calibrate',
    'Measure how late a loudspeaker is, through a loopback or a microphone, and keep it',
    (command) =>
      command
        .options(yargsOptionsFor([...INPUT, ...OUTPUT]))
        .option('show', { type: 'boolean', describe: 'Show what is kept' })
        .option('forget', { type: 'boolean', describe: 'Forget what is kept for this loudspeaker' })
        .option('set-ms', {
          type: 'string',
          requiresArg: true,
          describe: 'Keep this value, found by other means, instead of measuring',
        }),
    (args) => choose(async () => (await import('./commands/calibrate.js')).calibrate, args),
  );
  parser.command(
    'doctor [content]',
    'Find out what stands between you and a speaking avatar',
    (command) =>
      command
        .positional('content', { type: 'string', describe: 'An .mdf file, or the folder it lies in' })
        .options(
          yargsOptionsFor([...LINKS, 'controlListen', 'pageHost', 'pagePort', 'lipTxt', ...INPUT, ...OUTPUT]),
        )
        .option('language', {
          choices: ['en', 'ja'],
          requiresArg: true,
          describe: 'Language of the findings',
        })
        .option('tone', {
          type: 'boolean',
          default: true,
          describe: 'Play a short tone to see whether sound really flows (--no-tone: stay silent)',
        })
        .option('bundle', {
          type: 'string',
          requiresArg: true,
          describe: 'Also write a report without secrets to this file, for asking others',
        }),
    (args) => choose(async () => (await import('./commands/doctor.js')).doctor, args),
  );
}

function research(parser: Argv, choose: Choose): void {
  parser.command(
    'export <session>',
    'Turn a recorded session (--record) or a kept conversation into what research tools read, all on one time line',
    (command) =>
      command
        .positional('session', {
          type: 'string',
          describe:
            'Folder that --record wrote; or a kept conversation: its id (see sessions list) or folder',
        })
        .option('format', {
          choices: ['csv', 'textgrid', 'eaf', 'jsonl'],
          demandOption: true,
          requiresArg: true,
          describe: 'CSV, Praat TextGrid, ELAN EAF or JSON lines',
        })
        .option('out', {
          type: 'string',
          requiresArg: true,
          describe: 'File to write; left out, or -: standard output',
        })
        .option('sound', {
          type: 'string',
          requiresArg: true,
          describe:
            'WAV file to write with the silences put back, so that the times fit; with textgrid, eaf and --out it is OUT with .wav (--no-sound: none)',
        })
        .example('$0 export recordings/2026-01-31T12-00-00-000Z-chat --format eaf --out chat.eaf', ''),
    (args) => choose(async () => (await import('./commands/export.js')).exportSession, args),
  );
}
