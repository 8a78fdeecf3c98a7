import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../../src/llm/index.js';
import { retrieveTools } from '../../../src/tools/dynamic-tools.js';
import { EXTERNAL_TOOL, type Tool } from '../../../src/tools/index.js';
import { boxOf, callOf, cityTool, resultOf, TURN } from './support.js';

const user = (text: string): ChatMessage => ({ role: 'user', text });
const asks = (request: string): ChatMessage => ({
  role: 'assistant',
  text: '',
  calls: [callOf(EXTERNAL_TOOL, { request })],
});

const weather = cityTool(() => 1, { isDynamic: true, instruction: '## Use of get_weather\nGive the city.' });
const search = cityTool(() => 1, { name: 'search_web', description: 'Searches the web', isDynamic: true });
const clockTool = cityTool(() => 1, { name: 'now', description: 'The time', instruction: 'Say the time.' });

const many: readonly Tool[] = [
  ['get_weather', '都市の天気予報を調べる'],
  ['play_music', '音楽を再生する、止める'],
  ['search_web', 'Searches the internet for a topic'],
  ['send_mail', 'Sends an e-mail to somebody'],
  ['lamp', '部屋の照明をつける、消す'],
  ['timer', 'Starts a timer and rings'],
  ['translate', 'Translates a text to another language'],
  ['calendar', '予定表に予定を入れる、予定を読む'],
  ['recipe', '料理のレシピを探す'],
  ['train', '電車の時刻と乗り換えを調べる'],
  ['stocks', 'Prices of shares and currencies'],
  ['photo', 'カメラで写真を撮る'],
].map(([name = '', description = '']) => cityTool(() => 1, { name, description, isDynamic: true }));

describe('ToolBox offers', () => {
  it('specs without anything else of the tool, and each instruction once', async () => {
    const twin = cityTool(() => 1, { name: 'date', instruction: 'Say the time.' });
    const offered = await boxOf([clockTool, twin]).box.offered([user('hi')], TURN);
    expect(offered.specs.map(Object.keys)).toEqual(Array(2).fill(['name', 'description', 'parameters']));
    expect(offered.instructions).toEqual(['Say the time.']);
  });

  it('parameters with properties, which OpenAI wants', async () => {
    const bare = cityTool(() => 1, { parameters: { type: 'object' } });
    const { specs } = await boxOf([bare]).box.offered([], TURN);
    expect(specs[0]?.parameters).toEqual({ type: 'object', properties: {} });
  });

  it('the trigger with a list of the dynamic tools, and not the tools themselves', async () => {
    const { box } = boxOf([clockTool, weather, search]);
    const { specs, instructions } = await box.offered([user('weather?')], TURN);
    expect(specs.map(({ name }) => name)).toEqual(['now', EXTERNAL_TOOL]);
    expect(instructions.join('\n')).toContain('- get_weather: Weather of a city');
    expect(instructions.join('\n')).not.toContain('## Use of get_weather');
  });

  it('no trigger when there is no dynamic tool', async () => {
    const { box } = boxOf([clockTool]);
    expect((await box.offered([], TURN)).specs.map(({ name }) => name)).toEqual(['now']);
    expect((await resultOf(box.call(callOf(EXTERNAL_TOOL), TURN))).isError).toBe(true);
  });

  it('the dynamic tools with their instructions after the model has asked, until the next user message', async () => {
    const { box } = boxOf([clockTool, weather, search]);
    expect((await resultOf(box.call(callOf(EXTERNAL_TOOL, {}), TURN))).isError).toBe(false);
    const asked = [
      user('weather?'),
      asks('weather'),
      { role: 'tool', callId: 'x', name: EXTERNAL_TOOL, result: 'ok' },
    ] as const;
    const now = await box.offered(asked, TURN);
    expect(now.specs.map(({ name }) => name)).toEqual(['now', 'get_weather', 'search_web', EXTERNAL_TOOL]);
    expect(now.instructions).toContain('## Use of get_weather\nGive the city.');
    const later = await box.offered([...asked, user('thanks')], TURN);
    expect(later.specs.map(({ name }) => name)).toEqual(['now', EXTERNAL_TOOL]);
  });

  it('the dynamic tools still after one of them has given pictures', async () => {
    const { box } = boxOf([weather]);
    const result: ChatMessage = { role: 'tool', callId: 'x', name: 'get_weather', result: '[picture 1]' };
    const pictures: ChatMessage = {
      role: 'user',
      text: 'The pictures.',
      images: ['data:image/png;base64,AA=='],
    };
    const { specs } = await box.offered([user('weather?'), asks(''), result, pictures], TURN);
    expect(specs.map(({ name }) => name)).toEqual(['get_weather', EXTERNAL_TOOL]);
  });

  it('what the hook chooses of the dynamic tools', async () => {
    const seen: unknown[] = [];
    const { box } = boxOf([clockTool, weather, search], {
      getDynamicTools: async (messages, metadata) => {
        seen.push(messages.length, metadata.user);
        return [{ name: 'search_web' }, { name: 'now' }, { name: 'unheard_of' }];
      },
    });
    const { specs } = await box.offered([user('x'), asks('')], TURN);
    expect(specs.map(({ name }) => name)).toEqual(['now', 'search_web', EXTERNAL_TOOL]);
    expect(seen).toEqual([2, 'ann']);
  });

  it.each([
    ['throws', () => Promise.reject(new Error('no index'))],
    ['hangs', () => new Promise<never>(() => {})],
  ])('what the usual search finds when the hook %s', async (_, getDynamicTools) => {
    const { box, clock } = boxOf([weather, search], { getDynamicTools });
    const offered = box.offered([user('x'), asks('')], TURN);
    await clock.advanceAsync(3000);
    expect((await offered).specs).toHaveLength(3);
    expect(clock.pendingCount).toBe(0);
  });

  it('nothing more once the turn is interrupted', async () => {
    const turn = new AbortController();
    const { box } = boxOf([weather], { getDynamicTools: () => new Promise<never>(() => {}) });
    const offered = box.offered([user('x'), asks('')], TURN, turn.signal);
    turn.abort(new Error('stop'));
    await expect(offered).rejects.toThrow('stop');
  });

  it('a list that stays short however many tools there are', async () => {
    const crowd = Array.from({ length: 3000 }, (_, n) =>
      cityTool(() => 1, { name: `tool_${n}`, description: 'd'.repeat(500), isDynamic: true }),
    );
    const { instructions } = await boxOf(crowd).box.offered([], TURN);
    expect(instructions.join('\n').length).toBeLessThan(7000);
    expect(instructions.join('\n')).toMatch(/and 29\d\d more/);
  });
});

describe('retrieveTools', () => {
  it.each([
    ['今日の名古屋の天気は？', 'get_weather'],
    ['何か音楽をかけて', 'play_music'],
    ['部屋の照明を消して', 'lamp'],
    ['明日の予定を教えて', 'calendar'],
    ['電車は何時に来る？', 'train'],
    ['please send an email to Bob', 'send_mail'],
    ['look on the internet for penguins', 'search_web'],
    ['What are the prices of my shares?', 'stocks'],
    ['写真を撮ってください', 'photo'],
    ['use play_music now', 'play_music'],
  ])('finds for %s first %s', async (query, name) => {
    expect((await retrieveTools(many, query))[0]?.name).toBe(name);
  });

  it('finds no more than 8, and none for what none can do', async () => {
    expect((await retrieveTools(many, many.map(({ description }) => description).join(' '))).length).toBe(8);
    expect(await retrieveTools(many, 'xyzzy')).toEqual([]);
  });
});
