import yargs, { type Argv } from 'yargs';
import { type SettingKey, yargsOptionsFor } from '../config/index.js';
import { accessCommands } from './access-commands.js';
import { chatCommands } from './chat-commands.js';
import type { Arguments } from './context.js';
import { hearingCommands } from './hearing-commands.js';
import { LIPS_TIMINGS, LIPS_WAY } from './lips-flags.js';
import { liveCommands } from './live-commands.js';
import { type Choose, LINK_LIFE, LINKS, OUTPUT } from './parser-parts.js';
import { sessionCommands } from './session-commands.js';
import { SOUND_FLAGS } from './sound-flags.js';
import { SPEECH, speechCommands } from './speech-commands.js';
import { packageVersion } from './version.js';

const COMMON: readonly SettingKey[] = ['configFile', 'daemon', 'logLevel', 'logFile'];
const DAEMON: readonly SettingKey[] = [
  ...LINKS,
  'mode',
  'leadMs',
  'controlListen',
  'controlTlsCert',
  'controlTlsKey',
  'record',
  'queueMessages',
  'queuePolicy',
  'resumeMs',
  'aheadMs',
  'readyTimeoutMs',
];
const SPEAK: readonly SettingKey[] = [...LINKS, 'lane', 'mode', 'leadMs', 'readyTimeoutMs', 'record'];

const IF_BUSY = {
  'if-busy': {
    choices: ['queue', 'interrupt', 'fail'],
    describe: 'What to do while the avatar speaks',
    defaultDescription: 'queue',
    requiresArg: true,
  },
} as const;
/** No word of a command line can hold NUL. */
const DASH = '\0-';

/** The words to give to the parser: of several positionals yargs drops a lone `-` without a word. */
export function parserWords(argv: readonly string[]): string[] {
  return argv.map((word) => (word === '-' ? DASH : word));
}

/**
 * The command line, for `parserWords`.
 *
 * @param onChosen - told which command was given; nothing runs here.
 */
export async function buildParser(onChosen: Choose): Promise<Argv> {
  const choose: Choose = (run, args) => onChosen(run, withDashes(args));
  const parser = yargs()
    .scriptName('mmdagent-bridge')
    .usage('$0 COMMAND\n\nSpeak through MMDAgent-EX, the real-time CG avatar.')
    .locale('en')
    .version(packageVersion())
    .strict()
    .demandCommand(1, 'Expected a command')
    .exitProcess(false)
    .parserConfiguration({
      'duplicate-arguments-array': true,
      'camel-case-expansion': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
    })
    .wrap(100)
    .option('json', { type: 'boolean', describe: 'Answer in JSON on stdout' })
    .option('debug', { type: 'boolean', describe: 'Tell more on stderr' })
    .options(yargsOptionsFor(COMMON));
  speaking(parser, choose);
  speechCommands(parser, choose);
  chatCommands(parser, choose);
  sessionCommands(parser, choose);
  liveCommands(parser, choose);
  hearingCommands(parser, choose);
  messages(parser, choose);
  running(parser, choose);
  accessCommands(parser, choose);
  return parser;
}

function withDashes(args: Arguments): Arguments {
  const restored = (value: unknown): unknown =>
    Array.isArray(value) ? value.map(restored) : value === DASH ? '-' : value;
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, restored(value)]));
}

function speaking(parser: Argv, choose: Choose): void {
  parser.command(
    'play <files..>',
    'Speak sound files (- for standard input) through the avatar',
    (command) =>
      command
        .positional('files', {
          type: 'string',
          array: true,
          describe: 'WAV, MP3, FLAC, Ogg; - for standard input',
        })
        .options({
          ...yargsOptionsFor([...SPEAK, 'lipTxt', ...OUTPUT]),
          ...SOUND_FLAGS,
          ...IF_BUSY,
          ...LINK_LIFE,
        })
        .options({ ...LIPS_WAY, ...LIPS_TIMINGS })
        .option('timed', {
          type: 'string',
          requiresArg: true,
          describe: 'File of MILLISECONDS TYPE|ARG… lines: messages that act when that position is heard',
        })
        .option('live', {
          type: 'boolean',
          describe: 'The input comes in real time: no pacing, lag stays bounded',
        })
        .example('$0 play hello.wav', ''),
    (args) => choose(async () => (await import('./commands/play.js')).play, args),
  );
  parser.command(
    'speak-file <files..>',
    'Have MMDAgent-EX play files by itself (SPEAK_START), from a folder both can see',
    (command) =>
      command
        .positional('files', { type: 'string', array: true, describe: 'Sound files' })
        .options({ ...yargsOptionsFor([...SPEAK, 'sharedDir']), ...SOUND_FLAGS, ...IF_BUSY, ...LINK_LIFE })
        .option('on-peer', {
          type: 'boolean',
          describe: "The paths are on MMDAgent-EX's machine; they are given as they are",
        }),
    (args) => choose(async () => (await import('./commands/speak-file.js')).speakFile, args),
  );
  parser.command(
    'replay <directory>',
    'Say again what --record kept',
    (command) => command.positional('directory', { type: 'string' }).options(yargsOptionsFor(SPEAK)),
    (args) => choose(async () => (await import('./commands/replay.js')).replay, args),
  );
}

function messages(parser: Argv, choose: Choose): void {
  parser.command(
    'send [messages..]',
    'Send messages to MMDAgent-EX',
    (command) =>
      command
        .positional('messages', {
          type: 'string',
          array: true,
          describe: "'TYPE|ARG|…'; - reads one a line from standard input",
        })
        .options({ ...yargsOptionsFor([...LINKS, 'lane', 'readyTimeoutMs']), ...LINK_LIFE })
        .option('file', {
          type: 'string',
          requiresArg: true,
          describe: 'File of MILLISECONDS TYPE|ARG… lines, sent at their times',
        })
        .example("$0 send 'MOTION_ADD|0|action|motion/wave.vmd|PART|ONCE'", ''),
    (args) => choose(async () => (await import('./commands/send.js')).send, args),
  );
  parser.command(
    'monitor',
    'Show messages in both directions',
    (command) =>
      command
        .options(yargsOptionsFor([...LINKS, 'lane']))
        .option('filter', {
          type: 'string',
          requiresArg: true,
          describe: 'Only messages that fit this regular expression',
        })
        .option('echo', { type: 'boolean', describe: "Also the bridge's own messages that come back" }),
    (args) => choose(async () => (await import('./commands/monitor.js')).monitor, args),
  );
  parser.command(
    'mdf [file]',
    'Print what the .mdf of MMDAgent-EX needs for a link, check a file, or write it there',
    (command) =>
      command
        .positional('file', { type: 'string', describe: 'An .mdf to check' })
        .options(yargsOptionsFor(['links']))
        .option('host', {
          type: 'string',
          requiresArg: true,
          describe: 'Address of this machine as MMDAgent-EX reaches it',
        })
        .option('write', {
          type: 'boolean',
          describe: 'Write it into the file; the old one is kept as .bak',
        }),
    (args) => choose(async () => (await import('./commands/mdf.js')).mdf, args),
  );
}

function running(parser: Argv, choose: Choose): void {
  parser.command(
    'start',
    'Start the daemon and the page in a browser',
    (command) =>
      command
        .options(
          yargsOptionsFor([...DAEMON, 'simulator', 'pageHost', 'pagePort', 'open', 'homePage', 'persona']),
        )
        .option('foreground', LINK_LIFE.foreground),
    (args) => choose(async () => (await import('./commands/start.js')).start, args),
  );
  parser.command(
    'serve',
    'Serve pages and protocols for many people and programs, without opening a browser',
    (command) =>
      command
        .options(yargsOptionsFor([...DAEMON, 'simulator', 'pageHost', 'pagePort', 'homePage', 'persona']))
        .option('foreground', LINK_LIFE.foreground)
        .example('$0 keys add me --role operator && $0 serve --page-host 0.0.0.0 --config bridge.yaml', ''),
    (args) => choose(async () => (await import('./commands/serve.js')).serve, args),
  );
  parser.command('daemon', 'The process that owns the links', (command) => {
    command
      .command(
        'start',
        'Start it in the background',
        (sub) =>
          sub
            .options(yargsOptionsFor(DAEMON))
            .option('foreground', { type: 'boolean', describe: 'Run in this process' }),
        (args) => choose(async () => (await import('./commands/daemon.js')).daemonStart, args),
      )
      .command('status', 'Show links, avatars and clients', {}, (args) =>
        choose(async () => (await import('./commands/daemon.js')).daemonStatus, args),
      )
      .command(
        'stop',
        'Drain, close the links and end it',
        (sub) =>
          sub.option('force', {
            type: 'boolean',
            describe: 'Also while a real MMDAgent-EX is connected, which ends with it',
          }),
        (args) => choose(async () => (await import('./commands/daemon.js')).daemonStop, args),
      )
      .command(
        'install',
        'Print a service file that starts it with the machine',
        (sub) =>
          sub
            .options(yargsOptionsFor(['links']))
            .option('print', {
              type: 'boolean',
              demandOption: true,
              describe: 'Print it (nothing is installed)',
            })
            .option('kind', { choices: ['systemd', 'windows-task', 'launchd'], requiresArg: true }),
        (args) => choose(async () => (await import('./commands/daemon.js')).daemonInstall, args),
      )
      .demandCommand(1, 'Expected daemon start, status, stop or install');
    return command;
  });
  parser.command(
    'simulate',
    'Run a stand-in for MMDAgent-EX at the other end of a link',
    (command) =>
      command
        .options(yargsOptionsFor(['links', 'model']))
        .option('fps', {
          type: 'string',
          requiresArg: true,
          describe: 'Frames a second',
          defaultDescription: '60',
        })
        .option('platform', {
          choices: ['linux', 'windows'],
          requiresArg: true,
          describe: 'Whose behaviour at a lost connection',
        })
        .option('load-ms', {
          type: 'string',
          requiresArg: true,
          describe: 'How long its model loads',
          defaultDescription: '870',
        })
        .option('wav', { type: 'string', requiresArg: true, describe: 'Write what it plays to this file' })
        .option('retry', {
          type: 'string',
          requiresArg: true,
          describe: 'How often it dials again (RetryCount)',
        }),
    (args) => choose(async () => (await import('./commands/simulate.js')).simulate, args),
  );
  parser.command('config', 'Settings', (command) => {
    command
      .command(
        'init [file]',
        'Write a settings file in which every setting stands, commented; -: to standard output',
        (sub) =>
          sub
            .positional('file', { type: 'string', describe: 'YAML file to write (mmdagent-bridge.yaml)' })
            .option('force', { type: 'boolean', describe: 'Also over a file that is there' }),
        (args) => choose(async () => (await import('./commands/config-init.js')).configInit, args),
      )
      .command(
        'show',
        'Show every setting, its value and where it came from',
        (sub) =>
          sub.options(
            yargsOptionsFor([
              ...DAEMON,
              'lane',
              'simulator',
              'pageHost',
              'pagePort',
              'open',
              'sharedDir',
              'inputBackend',
              'inputDevice',
              'outputBackend',
              'outputDevice',
              'volumePercent',
              'lipTxt',
              'lips',
              ...SPEECH,
            ]),
          ),
        (args) => choose(async () => (await import('./commands/config-show.js')).configShow, args),
      )
      .demandCommand(1, 'Expected config init or show');
    return command;
  });
}
