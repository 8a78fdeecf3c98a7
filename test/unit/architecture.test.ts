import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SRC = resolve(dirname(fileURLToPath(import.meta.url)), '../../src');
const MAX_LINES = 400;

/** What a conversation is made of. */
const PARTS = [
  'dialogue',
  'reply',
  'expression',
  'realtime',
  'tools',
  'llm',
  'turns',
  'hearing',
  'kept',
  'speaking',
  'speech',
  'language',
];
/** Whoever opens one may name them all. */
const TALKING = ['chat', ...PARTS];

/** Which room may import which. Dependencies point down this list, never up. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  runtime: [],
  // Bytes only: never sees a socket or a clock.
  protocol: ['runtime'],
  // Moves bytes: never sees what they mean.
  transport: ['protocol', 'runtime'],
  pacing: ['protocol', 'runtime'],
  avatar: ['pacing', 'transport', 'protocol', 'runtime'],
  audio: ['runtime'],
  // Written from the peer's facts; must not share a mistake with protocol.
  simulator: ['runtime'],
  // Phoneme timings to LIPSYNC_START schedules: knows nothing of sockets and devices, runs in a browser too.
  lipsync: ['audio', 'protocol', 'runtime'],
  // Child processes that end with us, whatever they do: found, spawned, listened to, killed.
  programs: ['runtime'],
  // Microphones and loudspeakers, by child processes: nothing else touches them.
  devices: ['programs', 'audio', 'runtime'],
  // Requests to vendors over HTTP and WebSocket: watchdogs, faults, redaction. Knows neither sound nor models.
  vendor: ['runtime'],
  // A microphone's frames to utterances: voice activity, pauses, the bridge's own voice told from the user's.
  hearing: ['audio', 'runtime'],
  // What the user's words mean for whose turn it is: unfinished, backchannel, stop, wake word, our own echo.
  turns: ['language', 'runtime'],
  // Language models behind one interface.
  llm: ['vendor', 'runtime'],
  // What a model may call: tools, MCP servers, memory, pictures; and the guards around it.
  tools: ['llm', 'vendor', 'programs', 'runtime'],
  // Speech-to-speech models: sound in, sound out.
  realtime: ['llm', 'vendor', 'audio', 'runtime'],
  // A model's text to pieces that are spoken and cues that are shown, and the sinks that show them.
  expression: ['language', 'protocol', 'runtime'],
  // Conversations on disk: turns, recordings, retention.
  kept: ['audio', 'runtime'],
  // Text to what is spoken: normalisation, readings, phonemes. No sound, no sockets.
  language: ['runtime'],
  // TTS and STT: the interfaces, one folder per engine, and what stands around all of them.
  speech: ['vendor', 'programs', 'language', 'lipsync', 'audio', 'runtime'],
  // A synthesized or given sound to an avatar, with lips: joins speech, lipsync and a client of the daemon.
  speaking: ['speech', 'language', 'lipsync', 'devices', 'client', 'control', 'audio', 'protocol', 'runtime'],
  // A reply on its way to be heard: in pieces, held, resumed, cut, with what was heard of it; one way for each topology.
  reply: [
    'speaking',
    'speech',
    'language',
    'lipsync',
    'devices',
    'client',
    'control',
    'audio',
    'protocol',
    'runtime',
  ],
  // One conversation: turn taking, thinking, speaking, interruption, history.
  dialogue: [
    'reply',
    'expression',
    'realtime',
    'tools',
    'llm',
    'turns',
    'hearing',
    'kept',
    'speech',
    'language',
    'lipsync',
    'audio',
    'runtime',
  ],
  // A whole conversation composed from settings: what commands, servers and programs share.
  chat: [...PARTS, 'lipsync', 'devices', 'programs', 'client', 'control', 'audio', 'protocol', 'runtime'],
  // Recorded sessions to what researchers' tools read.
  export: ['lipsync', 'audio', 'protocol', 'runtime'],
  config: ['runtime'],
  mdf: ['config', 'runtime'],
  service: ['config', 'runtime'],
  control: ['runtime'],
  daemon: ['avatar', 'pacing', 'transport', 'protocol', 'simulator', 'audio', 'control', 'config', 'runtime'],
  client: ['control', 'runtime'],
  // Who asks, and what they may: keys, origins, limits, certificates.
  access: ['config', 'runtime'],
  // The chat of live streams to typed turns.
  comments: ['vendor', 'runtime'],
  // Many conversations of clients elsewhere, each of its caller: what every protocol is spoken over.
  sessions: ['chat', ...PARTS, 'access', 'client', 'audio', 'programs', 'lipsync', 'runtime'],
  server: ['access', 'client', 'control', 'audio', 'mdf', 'config', 'runtime'],
  // The protocols of others, and our own: never see how a conversation is made.
  aiavatar: ['server', 'sessions', 'access', 'audio', 'runtime'],
  popup: ['server', 'sessions', 'access', 'audio', 'runtime'],
  api: ['server', 'sessions', 'access', 'comments', 'lipsync', 'audio', 'runtime'],
  // What stands between a user and a speaking avatar.
  doctor: ['client', 'control', 'devices', 'lipsync', 'audio', 'mdf', 'config', 'protocol', 'runtime'],
  web: ['api', 'popup', 'client', 'control', 'expression', 'lipsync', 'audio', 'runtime'],
  app: [
    'server',
    'aiavatar',
    'popup',
    'api',
    'sessions',
    'comments',
    'access',
    ...TALKING,
    'doctor',
    'client',
    'control',
    'devices',
    'lipsync',
    'audio',
    'config',
    'runtime',
  ],
  // What programs import: a client, with a daemon inside it when asked for.
  library: [...TALKING, 'client', 'daemon', 'devices', 'lipsync', 'audio', 'control', 'config', 'runtime'],
  cli: [
    'app',
    'access',
    ...TALKING,
    'doctor',
    'export',
    'devices',
    'lipsync',
    'client',
    'daemon',
    'simulator',
    'audio',
    'service',
    'mdf',
    'control',
    'config',
    'protocol',
    'runtime',
  ],
};

/** Rooms that import files of other rooms rather than their index: a browser bundle must not pull Node code in. */
const IMPORTS_FILES = new Set(['web']);

interface Forbidden {
  readonly what: string;
  readonly pattern: RegExp;
  /** Room or file, and why it may. */
  readonly except: Readonly<Record<string, string>>;
}

const INJECTED: readonly Forbidden[] = [
  {
    what: 'the monotonic clock',
    pattern: /\bperformance\s*\.\s*now\b|\bprocess\s*\.\s*(hrtime|uptime)\b/,
    except: { runtime: 'it is the clock', web: "the browser's own, for drawing" },
  },
  {
    what: 'the date',
    pattern: /\bDate\s*\.\s*now\b|\bnew Date\(\s*\)/,
    except: {
      runtime: 'it is the clock',
      web: "the browser's own, for display",
      'cli/commands/speak-file.ts': "compared with a file's time stamp",
    },
  },
  {
    what: 'timers',
    pattern: /\bsetTimeout\b|\bsetInterval\b/,
    except: {
      runtime: 'it is the clock',
      web: "the browser's own",
      'control/socket-channel.ts': "the socket's own, for a side that takes nothing any more",
    },
  },
  {
    what: 'the environment',
    pattern: /\bprocess\s*\.\s*env\b/,
    except: { cli: 'hands it to config', config: 'reads settings', library: 'finds the daemon of this user' },
  },
  {
    what: 'chance',
    // A default that the caller can replace is injection.
    pattern: /(?<!\?\? )\bMath\s*\.\s*random\b/,
    except: { web: 'nothing hangs on it' },
  },
  {
    what: 'markup, of whatever text',
    pattern:
      /\b(?:innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|srcdoc|setHTMLUnsafe|DOMParser)\b|\bdocument\s*\.\s*write/,
    except: { language: 'reads Markdown, whose parser has these words' },
  },
  { what: 'the end of the process', pattern: /\bprocess\s*\.\s*exit\(/, except: {} },
];

interface SourceFile {
  readonly path: string;
  readonly room: string;
  readonly text: string;
  /** Without comments and the insides of strings that span no line. */
  readonly code: string;
  readonly imports: readonly string[];
}

const files: readonly SourceFile[] = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => {
    const text = readFileSync(join(SRC, path), 'utf8');
    const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`])\/\/.*$/gm, '$1');
    const imports = [...code.matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)].map(([, target = '']) =>
      relative(SRC, resolve(dirname(join(SRC, path)), target))
        .split(sep)
        .join('/'),
    );
    const name = path.split(sep).join('/');
    return {
      path: name,
      room: name.includes('/') ? name.slice(0, name.indexOf('/')) : '',
      text,
      code,
      imports,
    };
  });

describe('Architecture', () => {
  it('reads the imports there are', () => {
    const avatar = files.filter(({ room }) => room === 'avatar').flatMap(({ imports }) => imports);
    expect(new Set(avatar)).toContain('pacing/index.js');
    expect(new Set(avatar)).toContain('avatar/outbox.js');
  });

  it('has only rooms that the table knows', () => {
    const unknown = new Set(files.map(({ room }) => room).filter((room) => room !== '' && !(room in ROOMS)));
    expect([...unknown]).toEqual([]);
  });

  it('has no circle in the table', () => {
    const visit = (room: string, above: readonly string[]): void => {
      expect(above, `${[...above, room].join(' → ')}`).not.toContain(room);
      for (const below of ROOMS[room] ?? []) visit(below, [...above, room]);
    };
    for (const room of Object.keys(ROOMS)) visit(room, []);
  });

  it('lets rooms import only what lies below them', () => {
    const wrong = files.flatMap(({ path, room, imports }) =>
      imports
        .map((target) => target.slice(0, target.indexOf('/')))
        .filter((target) => room !== '' && target !== room && !ROOMS[room]?.includes(target))
        .map((target) => `${path} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('imports other rooms through their index only', () => {
    const wrong = files.flatMap(({ path, room, imports }) =>
      imports
        .filter((target) => !target.startsWith(`${room}/`) && !IMPORTS_FILES.has(room))
        .filter((target) => !/^[a-z]+\/index\.js$/.test(target))
        .map((target) => `${path} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it.each(INJECTED)('takes $what from nowhere but where it is injected', ({ pattern, except }) => {
    const wrong = files
      .filter(({ path, room, code }) => pattern.test(code) && !(room in except) && !(path in except))
      .map(({ path }) => path);
    expect(wrong).toEqual([]);
  });

  it('has no default exports and names everything that an index exports', () => {
    const wrong = files
      .filter(
        ({ path, code }) =>
          /\bexport default\b/.test(code) || (path.endsWith('index.ts') && /export \*/.test(code)),
      )
      .map(({ path }) => path);
    expect(wrong).toEqual([]);
  });

  it(`has no file over ${MAX_LINES} lines`, () => {
    const long = files
      .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
      .filter(({ lines }) => lines > MAX_LINES)
      .map(({ path, lines }) => `${path}: ${lines}`);
    expect(long).toEqual([]);
  });
});
