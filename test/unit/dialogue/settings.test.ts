import { describe, expect, it } from 'vitest';
import {
  CONVERSATION_DEFAULTS,
  conversationSettings,
  readConversationSettings,
} from '../../../src/dialogue/index.js';

describe('Settings of the conversation', () => {
  it('have every default without a section', async () => {
    expect(await readConversationSettings(undefined)).toEqual(CONVERSATION_DEFAULTS);
    expect(await readConversationSettings(null, 'You are Mei.')).toEqual({
      ...CONVERSATION_DEFAULTS,
      systemPrompt: 'You are Mei.',
    });
  });

  it('keep the rest of a group of which one is given', async () => {
    const settings = await readConversationSettings({
      history: { maxPairs: 5 },
      interruption: { by: 'voice' },
    });
    expect(settings.history).toEqual({ ...CONVERSATION_DEFAULTS.history, maxPairs: 5 });
    expect(settings.interruption.commitMs).toBe(1000);
    expect(conversationSettings({ wake: { words: ['メイ'] } }).wake.timeoutMs).toBe(60_000);
  });

  it('refuse what they do not know, with the nearest name and the whole path', async () => {
    await expect(
      readConversationSettings({ histroy: {}, interruption: { comitMs: 3 }, limits: { hookMs: -1 } }),
    ).rejects.toThrow(
      /conversation\.histroy: there is no such setting\. Did you mean history\?|conversation\.interruption\.comitMs: .*commitMs\?/,
    );
    await expect(readConversationSettings({ limits: { hookMs: -1 } })).rejects.toThrow(
      /conversation\.limits\.hookMs: /,
    );
    await expect(readConversationSettings('x')).rejects.toMatchObject({ code: 'BRIDGE_ERR_CONFIG_INVALID' });
  });
});
