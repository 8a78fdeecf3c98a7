import { describe, expect, it } from 'vitest';
import type { ChatSettings } from '../../../src/chat/index.js';
import { readSections } from '../../../src/chat/read-sections.js';

const SETTINGS: ChatSettings = {
  llm: { engines: { own: { type: 'openai', baseUrl: 'http://127.0.0.1:1/v1' } }, engine: 'own' },
  systemPrompt: 'You are kind.',
  conversation: { welcome: 'Hello', lines: { 1: 'One moment.' } },
  expression: {},
};

describe('readSections, of settings that were read before', () => {
  it('reads nothing again where all sections are the same objects, whatever else differs', async () => {
    const read = await readSections(SETTINGS, {});
    const again = await readSections(
      { ...SETTINGS, user: 'somebody', hears: true },
      {},
      { settings: SETTINGS, read },
    );
    expect(again).toBe(read);
  });

  it('gives what reading it alone gives when one section differs', async () => {
    const read = await readSections(SETTINGS, {});
    const others: Partial<ChatSettings>[] = [
      { systemPrompt: 'You are kind.\n\nSay little.' },
      { conversation: { welcome: '', initialMessages: [{ role: 'user', text: 'earlier' }] } },
      { expression: { tellModel: false } },
      { llm: { engine: 'openai-realtime', engines: { 'openai-realtime': { type: 'openai-realtime' } } } },
      { keep: { store: 'memory' } },
    ];
    for (const other of others) {
      const settings = { ...SETTINGS, ...other };
      const again = await readSections(settings, {}, { settings: SETTINGS, read });
      expect(again).toEqual(await readSections(settings, {}));
      expect(again).not.toEqual(read);
    }
  });

  it('finds the fault of the section that differs', async () => {
    const read = await readSections(SETTINGS, {});
    const settings = { ...SETTINGS, conversation: { welcom: 'Hello' } };
    await expect(readSections(settings, {}, { settings: SETTINGS, read })).rejects.toThrow(
      /conversation.*welcom/s,
    );
  });
});
