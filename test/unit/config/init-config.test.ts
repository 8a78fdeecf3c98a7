import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readPersonas } from '../../../src/app/personas.js';
import { readServeSettings } from '../../../src/app/serve-settings.js';
import { openStreamComments } from '../../../src/app/stream-comments.js';
import { checkChat } from '../../../src/chat/index.js';
import {
  chatSection,
  initialConfig,
  resolveConfig,
  SETTING_KEYS,
  settingOf,
} from '../../../src/config/index.js';
import { systemHost } from '../../../src/devices/index.js';
import { FakeClock, SILENT_LOGGER } from '../../../src/runtime/index.js';
import { sessionRig } from '../../support/sessions/session-rig.js';

/** As somebody has it who takes every setting. */
function taken(text: string): string {
  return text.replace(/^#(?=\S|\s{2,}\S)/gm, '');
}

async function resolved(text: string) {
  return resolveConfig({
    flags: { config: '/settings/bridge.yaml' },
    env: {},
    readText: async () => text,
  });
}

describe('The settings file that `config init` writes', () => {
  it('changes nothing as it stands', async () => {
    const { config, origins } = await resolved(initialConfig());
    const changed = SETTING_KEYS.filter((key) => key !== 'configFile' && origins[key] !== 'default');
    expect(changed).toEqual([]);
    expect(config.pagePort).toBe(8765);
  });

  it('names every setting that a file may hold, and no secret', () => {
    const text = initialConfig();
    for (const key of SETTING_KEYS) {
      const { fileAllowed = true, isSecret = false } = settingOf(key);
      expect([key, new RegExp(`^#${key}:`, 'm').test(text)]).toEqual([key, fileAllowed && !isSecret]);
    }
  });

  it('tells defaults that are accepted where somebody takes them', async () => {
    const plain = initialConfig()
      .split('\n')
      .filter((line) => /^#[A-Za-z]+: [^{]/.test(line) && !line.startsWith('#speechRoutes'));
    expect(plain.length).toBeGreaterThan(20);
    const { config, origins } = await resolved(taken(plain.join('\n')));
    expect([config.pagePort, origins.pagePort, config.model]).toEqual([8765, 'file', '0']);
  });

  it('gives sections that are read without a fault', async () => {
    const document: unknown = parse(taken(initialConfig()));
    const sections = Object.fromEntries(
      Object.entries(document as object).filter(
        ([key]) => settingOf(key as (typeof SETTING_KEYS)[number]).kind === 'section',
      ),
    );
    expect(Object.keys(sections).length).toBeGreaterThan(8);
    const settings = await resolveConfig({
      flags: { config: '/settings/bridge.json' },
      env: {},
      readText: async () => JSON.stringify(sections),
    });
    const env = {};
    const host = systemHost(env);
    const clock = new FakeClock();
    await readServeSettings(settings.config.serve);
    const { personas } = await readPersonas(settings, { env, platform: 'linux' });
    expect(Object.keys(personas)).toEqual(['default', 'guide', 'neko']);
    await checkChat(chatSection(settings.config, env, 'linux'), { clock, env, host, fetch: undefined });
    const { sessions } = sessionRig();
    const comments = await openStreamComments(
      { resolved: settings, clock, logger: SILENT_LOGGER, env },
      sessions,
    );
    await comments.close();
    await sessions.close();
  });
});
