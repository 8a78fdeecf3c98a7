import { describe, expect, it } from 'vitest';
import {
  checkLlmEngines,
  LLM_ENGINE_FACTS,
  openLlm,
  readLlmEngines,
  realtimeEngine,
} from '../../../src/llm/index.js';
import { FakeClock } from '../../../src/runtime/index.js';

const KEY = { OPENAI_API_KEY: 'sk-x' };

describe('llmEngines', () => {
  it('has every kind under its own name', async () => {
    const entries = await readLlmEngines(undefined, {});
    expect([...entries.keys()]).toEqual(LLM_ENGINE_FACTS.map(({ type }) => type));
    expect(entries.get('offline')).toMatchObject({ missing: undefined, hasKey: false });
  });

  it('tells what an engine of speech-to-speech needs', async () => {
    expect((await readLlmEngines(undefined, {})).get('openai-realtime')?.missing).toContain('OPENAI_API_KEY');
    expect((await readLlmEngines(undefined, KEY)).get('openai-realtime')).toMatchObject({
      hasKey: true,
      missing: undefined,
    });
  });

  it('sends the key of the environment to nobody but its vendor', async () => {
    const section = { rt: { type: 'openai-realtime', baseUrl: 'wss://example.org/v1' } };
    const entry = (await readLlmEngines(section, KEY)).get('rt');
    expect(entry).toMatchObject({ hasKey: false, missing: undefined });
  });

  it('refuses what is no section', async () => {
    await expect(checkLlmEngines([], {})).rejects.toMatchObject({ code: 'BRIDGE_ERR_CONFIG_INVALID' });
    await expect(checkLlmEngines({ rt: { type: 'openai-realtime', speed: 9 } }, KEY)).rejects.toThrow(
      'llmEngines.rt.speed',
    );
    await expect(checkLlmEngines(undefined, {})).resolves.toBeUndefined();
  });

  it('has one line for each kind, without a full stop', () => {
    for (const { description, type } of LLM_ENGINE_FACTS) {
      expect(description, type).toMatch(/[^.\n]$/);
      expect(description, type).not.toContain('\n');
    }
  });
});

describe('realtimeEngine', () => {
  const section = { rt: { type: 'openai-realtime', apiKey: 'sk-x' }, talker: { type: 'offline' } };

  it.each<[string, unknown, string | undefined, string | undefined]>([
    ['it is named', section, 'rt', 'rt'],
    ['its kind is named', undefined, 'openai-realtime', 'openai-realtime'],
    ['it is the first that is set up', section, 'auto', 'rt'],
    ['nothing is said', section, undefined, 'rt'],
    ['another is named', section, 'talker', undefined],
    ['there is only a key', undefined, 'auto', undefined],
    ['the name is none', section, 'nobody', undefined],
  ])('tells which way the conversation goes when %s', async (_when, engines, engine, expected) => {
    expect(await realtimeEngine({ engines, engine }, KEY)).toBe(expected);
  });
});

describe('auto', () => {
  const chosen = async (env: Readonly<Record<string, string>>, engines?: unknown): Promise<string> => {
    const llm = await openLlm({ engines }, { clock: new FakeClock(), env });
    const { name } = llm;
    await llm.close();
    return name;
  };

  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['OpenAI', { OPENAI_API_KEY: 'sk-x', ANTHROPIC_API_KEY: 'k', GEMINI_API_KEY: 'k' }, 'openai'],
    ['Anthropic', { ANTHROPIC_API_KEY: 'k', GEMINI_API_KEY: 'k' }, 'anthropic'],
    ['Gemini', { GEMINI_API_KEY: 'k' }, 'gemini'],
    ['Gemini, by the key of Google', { GOOGLE_API_KEY: 'k' }, 'gemini'],
    ['the demonstration', {}, 'offline'],
  ])('takes %s by the keys in the environment', async (_who, env, name) => {
    expect(await chosen(env)).toBe(name);
  });

  it('takes what stands in the section before any key', async () => {
    expect(await chosen({ OPENAI_API_KEY: 'sk-x' }, { local: { type: 'ollama', model: 'qwen3' } })).toBe(
      'local',
    );
  });

  it('passes over what waits for a key', async () => {
    expect(await chosen({ OPENAI_API_KEY: 'sk-x' }, { claude: { type: 'anthropic' } })).toBe('openai');
  });

  it('gives the first engine another model when one is asked for', async () => {
    const open = (engine: string, model: string) =>
      openLlm({ engine, model }, { clock: new FakeClock(), env: { OPENAI_API_KEY: 'sk-x' } });
    expect((await open('auto', 'gpt-9')).model).toBe('gpt-9');
    expect((await open('ollama,openai', 'qwen3')).model).toBe('qwen3');
  });
});
