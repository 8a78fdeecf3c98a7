import { fileURLToPath } from 'node:url';
import { LOCAL } from '../access/index.js';
import { type BridgeClient, isDaemonUrl, localSocketPath, openLocal, openRemote } from '../client/index.js';
import type { Config, ResolvedConfig } from '../config/index.js';
import type { ControlChannel, ControlFrame } from '../control/index.js';
import { type Logger, SystemClock } from '../runtime/index.js';
import { startPageServer } from '../server/index.js';
import { createMachine } from './machine.js';
import { openProtocols } from './open-protocols.js';
import { createSpeaker } from './speaker.js';
import { createTalker } from './talker.js';
import { TurnBoard } from './turn-board.js';
import type { TurnMetrics } from './turn-metrics.js';

export interface OpenPageOptions {
  readonly resolved: ResolvedConfig;
  readonly client: BridgeClient;
  readonly logger: Logger;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Reads the settings again, when their file has changed. */
  readonly reload: () => Promise<ResolvedConfig>;
}

export interface OpenedPage {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Puts the app together: pages, protocols and their server, as a client of the daemon.
 *
 * @throws as `openProtocols` and `startPageServer`.
 */
export async function openPage(options: OpenPageOptions): Promise<OpenedPage> {
  const { resolved, client, logger, version, env, reload } = options;
  const { config } = resolved;
  const clock = new SystemClock();
  const isRemote = isDaemonUrl(config.daemon);
  const path = localSocketPath(config.daemon, env['XDG_RUNTIME_DIR']);
  const speaker = createSpeaker({ resolved, client, clock, logger, env });
  let counting: Promise<TurnMetrics> | undefined;
  // Loaded with the first conversation: nothing is counted before.
  const metrics = (): Promise<TurnMetrics> => {
    counting ??= import('./turn-metrics.js').then((loaded) => new loaded.TurnMetrics(openSessions));
    return counting;
  };
  const turns = new TurnBoard(clock);
  const talker = createTalker({ resolved, client, clock, logger, version, env, metrics, turns });
  const protocols = await openProtocols({
    ...{ resolved, client, clock, logger, version, env, reload, speaker, turns },
    onOpened: (session) => {
      turns.watchSession(session);
      void metrics().then((counts) => counts.watchSession(session));
    },
  });
  const openSessions = (): Readonly<Record<string, number>> => {
    const counts: Record<string, number> = {};
    for (const { by } of protocols.sessions.list(LOCAL)) counts[by] = (counts[by] ?? 0) + 1;
    return counts;
  };
  const { gate, endpoints, tls } = protocols;
  const server = await startPageServer({
    host: config.pageHost,
    port: config.pagePort,
    logger,
    clock,
    openChannel: () => (isRemote ? openRemoteWithKey(config) : openLocal(path)),
    client,
    staticDir: fileURLToPath(new URL('../web/', import.meta.url)),
    homePage: config.homePage === 'console' ? 'index.html' : `${config.homePage}.html`,
    samplePath: fileURLToPath(new URL('../../fixtures/audio/speech-sample.wav', import.meta.url)),
    machine: createMachine({ resolved, client, clock, version, env }),
    speaker,
    talker,
    moreMetrics: async () => (await (await counting)?.text()) ?? '',
    version,
    ...{ gate, endpoints },
    ...(tls === undefined ? {} : { tls }),
  }).catch(async (error: unknown) => {
    await protocols.close();
    throw error;
  });
  return {
    url: server.url,
    async close() {
      await server.close();
      await Promise.all([speaker.close(), talker.close(), protocols.close()]);
    },
  };
}

/** The page's browser knows no key: the app, which has it, adds it to the hello on its way. */
async function openRemoteWithKey(config: Config): Promise<ControlChannel> {
  const channel = await openRemote(config.daemon);
  const { key } = config;
  if (key === undefined) return channel;
  return {
    events: channel.events,
    get bufferedBytes() {
      return channel.bufferedBytes;
    },
    send: (frame) => channel.send(withKey(frame, key)),
    close: () => channel.close(),
  };
}

function withKey(frame: ControlFrame, key: string): ControlFrame {
  if (frame.kind !== 'json' || !frame.text.includes('"hello"')) return frame;
  try {
    const request: unknown = JSON.parse(frame.text);
    const isHello =
      typeof request === 'object' && request !== null && 'do' in request && request.do === 'hello';
    return isHello ? { kind: 'json', text: JSON.stringify({ ...request, key }) } : frame;
  } catch {
    // Not JSON: the daemon says so.
    return frame;
  }
}
