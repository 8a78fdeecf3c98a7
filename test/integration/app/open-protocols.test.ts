import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openProtocols, type ProtocolsOptions } from '../../../src/app/open-protocols.js';
import type { BridgeClient } from '../../../src/client/index.js';
import { type Config, defaultConfig, type ResolvedConfig } from '../../../src/config/index.js';
import { Emitter, FakeClock, SILENT_LOGGER } from '../../../src/runtime/index.js';

const CLIENT = { events: new Emitter(), request: async () => ({}) } as unknown as BridgeClient;
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

describe('openProtocols', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'protocols-'));
    await writeFile(join(folder, 'settings.yaml'), '');
  });
  afterEach(() => rm(folder, { recursive: true }));

  function optionsOf(clock: FakeClock, changes: Partial<Config>): ProtocolsOptions {
    const config = { ...defaultConfig(), configFile: join(folder, 'settings.yaml'), ...changes };
    const resolved = { config, origins: {} } as unknown as ResolvedConfig;
    return {
      ...{ resolved, client: CLIENT, clock, logger: SILENT_LOGGER, version: 'test' },
      env: { XDG_CONFIG_HOME: folder, HOME: folder },
      reload: async () => resolved,
      onOpened: () => {},
      speaker: {} as ProtocolsOptions['speaker'],
    };
  }

  it('leaves nothing that runs when a section is wrong: the program can end', async () => {
    for (const wrong of [
      { comments: { moderationUrl: 5 } },
      { personas: { 'not a name': {} } },
    ] as unknown as Partial<Config>[]) {
      const clock = new FakeClock();
      await expect(openProtocols(optionsOf(clock, wrong))).rejects.toThrow();
      await settled();
      expect(clock.pendingCount).toBe(0);
    }
  });

  it('leaves nothing that runs when it is closed', async () => {
    const clock = new FakeClock();
    const protocols = await openProtocols(optionsOf(clock, {}));
    await settled();
    expect(clock.pendingCount).toBeGreaterThan(0);
    // Its server could not be started: nobody else closes what was opened for it.
    await protocols.close();
    await protocols.close();
    await settled();
    expect(clock.pendingCount).toBe(0);
  });
});
