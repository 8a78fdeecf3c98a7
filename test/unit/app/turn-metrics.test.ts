import { describe, expect, it } from 'vitest';
import { TurnMetrics } from '../../../src/app/turn-metrics.js';
import { pageChat } from './page-chat.js';

describe('TurnMetrics', () => {
  it('count turns, their stages, tokens and characters', async () => {
    const metrics = new TurnMetrics();
    const { chat, model, conversation, pass, end } = pageChat();
    model.answer = () => 'Hello there.';
    metrics.watch(chat);
    conversation.ask({ text: 'Hi', by: 'typed' });
    await pass(20_000);
    model.answer = () => 'This is a long story. '.repeat(30);
    conversation.ask({ text: 'A story', by: 'peer' });
    await pass(5000);
    conversation.interrupt();
    await pass(1000);
    const text = await metrics.text();
    expect(text).toContain('bridge_turns_total{outcome="completed",by="typed"} 1');
    expect(text).toContain('bridge_turns_total{outcome="interrupted",by="peer"} 1');
    expect(text).toContain('bridge_turn_stage_seconds_count{stage="firstToken"} 2');
    expect(text).toContain('bridge_turn_stage_seconds_count{stage="interruptedAt"} 1');
    expect(text).toMatch(/bridge_turn_stage_seconds_bucket\{le="0.05",stage="firstToken"\} 2/);
    expect(text).toContain('bridge_llm_tokens_total{engine="scripted",direction="input"} 200');
    expect(text).toContain('bridge_llm_tokens_total{engine="scripted",direction="output"} 20');
    const characters = Number(/bridge_reply_characters_total (\d+)/.exec(text)?.[1]);
    expect(characters).toBeGreaterThan(12);
    await end();
  });

  it('tell nothing twice that two conversations did', async () => {
    const metrics = new TurnMetrics();
    for (let at = 0; at < 2; at++) {
      const { chat, conversation, pass, end } = pageChat();
      metrics.watch(chat);
      conversation.ask({ text: 'Hi', by: 'typed' });
      await pass(20_000);
      await end();
    }
    const text = await metrics.text();
    expect(text).toContain('bridge_turns_total{outcome="completed",by="typed"} 2');
    expect(text).toContain('bridge_llm_tokens_total{engine="scripted",direction="input"} 200');
  });
});
