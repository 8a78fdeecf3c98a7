import { BridgeClient } from '../../../src/client/index.js';
import { defaultConfig } from '../../../src/config/index.js';
import { createMemoryChannels } from '../../../src/control/index.js';
import { embedDaemon } from '../../../src/daemon/index.js';
import { SILENT_LOGGER, SystemClock } from '../../../src/runtime/index.js';
import { untilReady } from '../daemon/rig.js';

export interface EmbeddedAvatar {
  readonly client: BridgeClient;
  readonly stop: () => Promise<void>;
}

/** A daemon in this process with a simulated avatar that is ready. */
export async function embeddedAvatar(): Promise<EmbeddedAvatar> {
  const settings = defaultConfig({ links: ['simulator:'] });
  const daemon = await embedDaemon({ settings, logger: SILENT_LOGGER });
  const [left, right] = createMemoryChannels();
  daemon.serve(right, true);
  const client = await BridgeClient.connect({
    open: async () => left,
    client: 'test',
    clock: new SystemClock(),
    reconnectMs: 0,
  });
  await untilReady(client, 'simulator');
  return {
    client,
    stop: async () => {
      client.close();
      await daemon.stop();
    },
  };
}
