import { readFile } from 'node:fs/promises';
import { accessFiles, followTls, type Gate, openGate, readTls } from '../access/index.js';
import { aiavatarEndpoints } from '../aiavatar/index.js';
import { AvatarRights, createApi } from '../api/index.js';
import type { BridgeClient } from '../client/index.js';
import { type ResolvedConfig, userConfigFolder } from '../config/index.js';
import { systemHost } from '../devices/index.js';
import { popupEndpoints } from '../popup/index.js';
import { type Clock, errorText, type Logger } from '../runtime/index.js';
import type { Endpoints, SpeakerPort, TlsPort } from '../server/index.js';
import { createSessions, type Session, type SessionBook } from '../sessions/index.js';
import { commentsView } from './comments-view.js';
import { followFiles } from './follow-settings.js';
import { KeptView } from './kept-view.js';
import { createLanes } from './lanes.js';
import { readPersonas } from './personas.js';
import { readServeSettings, type ServeSettings } from './serve-settings.js';
import { SettingsView } from './settings-view.js';
import { openStreamComments } from './stream-comments.js';
import type { TurnBoard } from './turn-board.js';

export interface ProtocolsOptions {
  readonly resolved: ResolvedConfig;
  readonly client: BridgeClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Reads the settings again. */
  readonly reload: () => Promise<ResolvedConfig>;
  /** A client opened a session. */
  readonly onOpened: (session: Session) => void;
  /** Who speaks texts on avatars. */
  readonly speaker: SpeakerPort;
  /** How long turns took, for the console. @default nobody notes it */
  readonly turns?: Pick<TurnBoard, 'turns'>;
}

/** The conversations of the server, and the protocols over which they are held. */
export interface Protocols {
  readonly gate: Gate;
  readonly settings: ServeSettings;
  readonly sessions: SessionBook;
  readonly endpoints: readonly Endpoints[];
  readonly tls: TlsPort | undefined;
  /** After the server. Idempotent. */
  close(): Promise<void>;
}

/**
 * Puts sessions and protocols together. Settings of personas are followed while it runs; who may ask and where is not.
 *
 * @throws {ConfigError} a section is wrong; other machines can reach the server and there is no key. {BridgeError} BRIDGE_ERR_KEYS,
 *   BRIDGE_ERR_TLS
 */
export async function openProtocols(options: ProtocolsOptions): Promise<Protocols> {
  // What watches files or waits for a time would keep the program from its end.
  const closers: Closer[] = [];
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= closeAll(closers);
    return closed;
  };
  try {
    return { ...(await composed(options, (closer) => closers.push(closer))), close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Closer = () => unknown;

/** Last opened, first closed. */
async function closeAll(closers: readonly Closer[]): Promise<void> {
  for (const close of closers.toReversed()) await close();
}

async function composed(
  options: ProtocolsOptions,
  onOpened: (close: Closer) => void,
): Promise<Omit<Protocols, 'close'>> {
  const { resolved, client, clock, logger, version, env } = options;
  const { config } = resolved;
  const host = systemHost(env);
  const settings = await readServeSettings(config.serve);
  const { visitors, origins, publicUrl, trustedProxies, loginHours, limits } = settings;
  const gate = await openGate({
    settings: {
      ...{ host: config.pageHost, visitors, origins, trustedProxies, loginHours, limits },
      ...(publicUrl === undefined ? {} : { publicUrl }),
    },
    keyFile: settings.keyFile ?? accessFiles(env, host.platform)?.keyFile,
    clock,
    logger,
  });
  onOpened(() => gate.close());
  const tls = await openTls(settings, { clock, logger });
  onOpened(() => tls?.close());
  const read = await readPersonas(resolved, { env, platform: host.platform });
  const rights = new AvatarRights(settings.avatars);
  const sessions = createSessions({
    clock,
    logger,
    personas: read.personas,
    standardPersona: read.standard,
    limits: settings.sessions,
    allowsLinks: settings.imageLinks,
    onOpened: options.onOpened,
    laneFor: (caller, lane) => rights.lane(caller, lane),
    ports: {
      ...{ client, clock, env, host, logger, version },
      stateFolder: userConfigFolder(env, host.platform),
    },
  });
  onOpened(() => sessions.close());
  const view = new SettingsView(clock, resolved, { names: sessions.personas, standard: read.standard });
  onOpened(followPersonas(options, read.files, { sessions, view }));
  const ports = { clock, logger, sessions };
  const { welcome } = settings.popup;
  const spoken = welcome === '' ? welcomeOf(config.conversation) : welcome;
  const comments = await openStreamComments(options, sessions);
  onOpened(() => comments.close());
  const kept = new KeptView({
    ...{ section: config.keep, platform: host.platform, clock, logger },
    stateFolder: userConfigFolder(env, host.platform),
  });
  onOpened(() => kept.close());
  const endpoints = [
    createApi({
      ...ports,
      version,
      comments,
      avatars: createLanes({
        client,
        clock,
        speaker: options.speaker,
        readyTimeoutMs: config.readyTimeoutMs,
      }),
      allowance: settings.avatars,
      operator: {
        settings: async () => view.told(),
        turns: () => options.turns?.turns ?? [],
        kept,
        comments: commentsView(comments, clock),
      },
    }),
    aiavatarEndpoints(ports),
    popupEndpoints({ ...ports, settings: { ...settings.popup, welcome: spoken } }),
  ];
  for (const one of endpoints) onOpened(() => one.close());
  return { gate, settings, sessions, endpoints, tls: tls?.port };
}

function welcomeOf({ welcome }: Readonly<Record<string, unknown>>): string {
  return typeof welcome === 'string' ? welcome : '';
}

/** Wrong settings are told, and those from before hold. */
function followPersonas(
  { resolved, clock, logger, env, reload }: ProtocolsOptions,
  promptFiles: readonly string[],
  { sessions, view }: { readonly sessions: SessionBook; readonly view: SettingsView },
): () => void {
  const { configFile } = resolved.config;
  let files = promptFiles;
  return followFiles({
    clock,
    files: () => [...(configFile === undefined ? [] : [configFile]), ...files],
    onChange: async () => {
      const asked = new Set<string>();
      const readText = (path: string): Promise<string> => {
        asked.add(path);
        return readFile(path, 'utf8');
      };
      try {
        const changed = await reload();
        const read = await readPersonas(changed, { env, platform: systemHost(env).platform, readText });
        files = read.files;
        sessions.replacePersonas(read.personas, read.standard);
        view.taken(changed, { names: sessions.personas, standard: read.standard });
        logger.info({ personas: Object.keys(read.personas) }, 'Settings read again');
      } catch (error) {
        // A file that is missing may come while the settings stay as they are.
        files = [...new Set([...files, ...asked])];
        view.refused(errorText(error));
        logger.warn({ reason: errorText(error) }, 'Changed settings are wrong: those from before hold');
      }
    },
  });
}

async function openTls(
  { tls }: ServeSettings,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): Promise<{ readonly port: TlsPort; close(): void } | undefined> {
  if (tls === undefined) return undefined;
  const context = await readTls(tls, clock);
  const listeners = new Set<Parameters<TlsPort['onChange']>[0]>();
  const close = followTls(tls, context, {
    clock,
    logger,
    onChange: ({ cert, key }) => {
      for (const listener of listeners) listener({ cert, key });
    },
  });
  const onChange: TlsPort['onChange'] = (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return { port: { context: { cert: context.cert, key: context.key }, onChange }, close };
}
