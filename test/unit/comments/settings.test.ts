import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readCommentSettings, TURN_TEMPLATES } from '../../../src/comments/index.js';
import { MODERATION_DEFAULTS, QUEUE_DEFAULTS } from '../../../src/comments/settings.js';
import { readSources } from '../../../src/comments/source-kinds.js';

describe('readCommentSettings', () => {
  it.each([undefined, null, {}])('gives every default for %j', (section) => {
    expect(readCommentSettings(section, z)).toEqual({
      language: 'en',
      maxLetters: 300,
      queue: QUEUE_DEFAULTS,
      moderation: MODERATION_DEFAULTS,
      templates: TURN_TEMPLATES.en,
    });
  });

  it('puts what is given over the defaults, part by part', () => {
    const section = {
      queue: { maxWaiting: 5, priorities: { member: 1 } },
      moderation: { links: 'drop' },
      template: { paid: 'Thank {name}: {text}' },
    };
    const settings = readCommentSettings(section, z, 'ja');
    expect(settings.queue).toEqual({
      ...QUEUE_DEFAULTS,
      maxWaiting: 5,
      priorities: { ...QUEUE_DEFAULTS.priorities, member: 1 },
    });
    expect(settings.moderation).toEqual({ ...MODERATION_DEFAULTS, links: 'drop' });
    expect(settings.templates).toEqual({ ...TURN_TEMPLATES.ja, paid: 'Thank {name}: {text}' });
  });

  it('takes one sentence for all kinds, and its own language before that of the settings', () => {
    expect(readCommentSettings({ template: '{text}!' }, z).templates.system).toBe('{text}!');
    expect(readCommentSettings({ language: 'ja' }, z, 'en').templates).toEqual(TURN_TEMPLATES.ja);
  });

  it.each([
    [{ queues: {} }, 'comments.queues: there is no such setting. Did you mean queue?'],
    [
      { queue: { maxWating: 1 } },
      'comments.queue.maxWating: there is no such setting. Did you mean maxWaiting?',
    ],
    [{ queue: { priorities: { moderators: 1 } } }, 'Did you mean moderator?'],
    [{ moderation: { blockedWord: [] } }, 'Did you mean blockedWords?'],
    [{ queue: { maxWaiting: 0 } }, 'comments.queue.maxWaiting: '],
    [{ queue: { policy: 'always' } }, 'comments.queue.policy: '],
    [{ template: 'Hello' }, 'comments.template'],
    [{ template: { gift: '{text}' } }, 'comments.template.gift: there is no such setting.'],
    ['yes', 'comments: '],
  ])('refuses %j and says where', (section, sentence) => {
    expect(() => readCommentSettings(section, z)).toThrow(sentence);
  });

  it('tells every fault at once', () => {
    expect(() => readCommentSettings({ maxLetters: 0, language: 'de' }, z)).toThrow(
      /language.*\n.*maxLetters|maxLetters.*\n.*language/,
    );
  });
});

describe('readSources', () => {
  it('reads sources of every type, with their defaults', async () => {
    const sources = await readSources(
      {
        own: { type: 'websocket', url: 'ws://127.0.0.1:9100/comments?x=1' },
        onecomme: {},
        chat: { type: 'twitch', channel: 'https://www.twitch.tv/TwitchDev' },
        stream: { type: 'youtube', video: 'https://www.youtube.com/watch?v=abcdefghij-&t=1' },
      },
      { YOUTUBE_API_KEY: 'k-123456' },
    );
    expect(sources.map(({ name, type, missing }) => [name, type, missing])).toEqual([
      ['own', 'websocket', undefined],
      ['onecomme', 'onecomme', undefined],
      ['chat', 'twitch', undefined],
      ['stream', 'youtube', undefined],
    ]);
    expect(sources.map(({ options }) => options)).toMatchObject([
      { silenceMs: 30_000, headers: {} },
      { url: 'ws://127.0.0.1:11180/sub', services: [] },
      { channel: 'twitchdev', baseUrl: 'wss://irc-ws.chat.twitch.tv:443' },
      { video: 'abcdefghij-', pollMs: 10_000, apiKey: 'k-123456' },
    ]);
  });

  it.each([
    'https://youtu.be/abcdefghijk?si=x',
    'https://www.youtube.com/live/abcdefghijk?feature=share',
    'https://www.youtube.com/live_chat?v=abcdefghijk',
    ' abcdefghijk ',
  ])('finds the video in %j', async (video) => {
    const [source] = await readSources({ youtube: { video } }, {});
    expect(source?.options).toMatchObject({ video: 'abcdefghijk' });
  });

  it('says what is missing of a source without refusing the others', async () => {
    const [source] = await readSources({ youtube: { video: 'abcdefghijk' } }, {});
    expect(source?.missing).toBe('set YOUTUBE_API_KEY in the environment');
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as it stands in a settings file.
    const headers = { authorization: 'Bearer ${T}' };
    const [own] = await readSources({ own: { type: 'websocket', url: 'ws://h/', headers } }, {});
    expect(own?.missing).toContain('set T in the environment');
  });

  it("gives the environment's key to Google alone", async () => {
    const section = { youtube: { video: 'abcdefghijk', baseUrl: 'http://127.0.0.1:9/yt' } };
    const [source] = await readSources(section, { YOUTUBE_API_KEY: 'secret-key' });
    expect(JSON.stringify(source)).not.toContain('secret-key');
    expect(source?.missing).toContain('comments.sources.youtube.apiKey');
  });

  it.each([
    [{ x: { type: 'twich' } }, 'Did you mean twitch?'],
    [{ twitch: {} }, 'comments.sources.twitch.channel: '],
    [{ twitch: { channel: 'a b' } }, "expected the channel's name"],
    [{ onecomme: { service: [] } }, 'Did you mean services?'],
    [{ own: { type: 'websocket', url: 'http://x/' } }, 'expected an address such as ws://'],
    [{ youtube: { video: 'short' } }, 'expected the id of the live video'],
    [{ 'a b': {} }, 'comments.sources.a b: expected a name'],
  ])('refuses %j and says where', async (sources, sentence) => {
    await expect(readSources(sources, {})).rejects.toThrow(sentence);
  });
});
