import { fileURLToPath } from 'node:url';
import { type BridgeClient, localSocketPath, openLocal, openRemote } from '../client/index.js';
import type { Config } from '../config/index.js';
import { type Logger, SystemClock } from '../runtime/index.js';
import { startPageServer } from '../server/index.js';

export interface OpenPageOptions {
  readonly config: Config;
  readonly client: BridgeClient;
  readonly logger: Logger;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface OpenedPage {
  readonly url: string;
  close(): Promise<void>;
}

/** Puts the app together: the page and its server, as a client of the daemon. */
export function openPage(options: OpenPageOptions): Promise<OpenedPage> {
  const { config, client, logger, version, env } = options;
  const isRemote = /^wss?:\/\//.test(config.daemon);
  const path = localSocketPath(config.daemon, env['XDG_RUNTIME_DIR']);
  return startPageServer({
    host: config.pageHost,
    port: config.pagePort,
    logger,
    clock: new SystemClock(),
    openChannel: () => (isRemote ? openRemote(config.daemon) : openLocal(path)),
    client,
    staticDir: fileURLToPath(new URL('../web/', import.meta.url)),
    samplePath: fileURLToPath(new URL('../../fixtures/audio/speech-sample.wav', import.meta.url)),
    version,
  });
}
