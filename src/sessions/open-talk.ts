import type { Chat, ChatPorts, ChatSettings } from '../chat/index.js';
import type { History } from '../dialogue/index.js';
import type { ClientPlayer } from '../reply/index.js';
import type { Notice } from '../runtime/index.js';
import type { House } from './house.js';
import type { SessionWish } from './session.js';

/** What a session adds to the ports of any conversation. */
export interface TalkHooks {
  readonly player: ClientPlayer;
  readonly getImageUrl: NonNullable<ChatPorts['getImageUrl']>;
  readonly notice: (notice: Notice) => void;
}

/** Of a caller's user, for memory and what is kept: nobody else's, whatever they are called. */
export function userOf({ caller, user }: SessionWish): string {
  return user === undefined ? caller.id : `${caller.id}/${user}`;
}

/** @throws what `openChat` and `openShared` throw. */
export async function openTalk(
  house: House,
  wish: SessionWish,
  {
    ports,
    hooks,
    history,
  }: { readonly ports: ChatPorts; readonly hooks: TalkHooks; readonly history: History | undefined },
): Promise<Chat> {
  const shared = await house.shared();
  const { openChat } = await import('../chat/index.js');
  const { settings } = house;
  const { sections, mind, speech, recognizer, kept } = shared;
  return openChat(
    {
      ...settings,
      systemPrompt: promptOf(settings, wish),
      conversation: conversationOf(settings, wish),
      hears: shared.hears,
      user: userOf(wish),
      avatar: wish.voice.to === 'avatar',
      voice: voiceOf(settings, wish, hooks.player),
    },
    {
      ...ports,
      ...{ sections, mind, speech, kept, history },
      ...(recognizer === undefined ? {} : { recognizer }),
      getImageUrl: (source, metadata, signal) => hooks.getImageUrl(source, metadata, signal),
      tell: (_text, notice) => hooks.notice(notice),
    },
  );
}

function promptOf({ systemPrompt }: ChatSettings, { instructions }: SessionWish): string | undefined {
  const texts = [systemPrompt, instructions].filter((text) => text !== undefined && text !== '');
  return texts.length === 0 ? undefined : texts.join('\n\n');
}

/** Who brings what was said before has been welcomed. */
function conversationOf({ conversation }: ChatSettings, { said }: SessionWish): ChatSettings['conversation'] {
  if (said === undefined) return conversation;
  return { ...conversation, welcome: '', initialMessages: said.map(({ role, text }) => ({ role, text })) };
}

function voiceOf(
  { voice = {} }: ChatSettings,
  { voice: wanted }: SessionWish,
  player: ClientPlayer,
): ChatSettings['voice'] {
  const { speak, table } = voice;
  switch (wanted.to) {
    case 'client':
      return {
        ...{ speak, table, player, sampleRateHz: wanted.sampleRateHz },
        ...(wanted.lips === false ? { lips: 'peer' as const } : {}),
      };
    case 'nobody':
      return { topology: 'text', msPerCharacter: 0 };
    case 'avatar':
      return { ...voice, ...(wanted.lane === undefined ? {} : { lane: wanted.lane }) };
  }
}
