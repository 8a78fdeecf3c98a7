/** The kinds of responses that clients of AIAvatarKit know; `canceled`: nothing was said; `cancelled`: a waiting turn was dropped. */
export type AvatarResponseType =
  | 'connected'
  | 'accepted'
  | 'start'
  | 'stop'
  | 'chunk'
  | 'tool_call'
  | 'final'
  | 'vision'
  | 'voiced'
  | 'info'
  | 'canceled'
  | 'cancelled'
  | 'error';

export interface ControlTag {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Durations in seconds. */
export interface AvatarControlRequest {
  readonly animation_name: string | null;
  readonly animation_duration: number | null;
  readonly face_name: string | null;
  readonly face_duration: number | null;
}

/**
 * What is sent to clients of AIAvatarKit, key by key as they read it.
 *
 * No key is ever left out: the page reads `text !== null` and then uses it as text. `metadata` is never null: the Python clients ask it for
 * keys without looking.
 *
 * @source aiavatarkit (272548e), aiavatar/adapter/models.py `AIAvatarResponse`; examples/websocket/html/ui.js; adapter/client.py
 */
export interface AvatarResponse {
  readonly type: AvatarResponseType;
  readonly session_id: string | null;
  readonly user_id: string | null;
  readonly context_id: string | null;
  readonly text: string | null;
  readonly voice_text: string | null;
  readonly language: string | null;
  readonly control_tags: readonly ControlTag[] | null;
  readonly avatar_control_request: AvatarControlRequest | null;
  /** Base64. */
  readonly audio_data: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly structured_content: Readonly<Record<string, unknown>> | null;
}

/** Whom a response is for. */
export interface ResponseIds {
  readonly sessionId: string | undefined;
  readonly userId: string | undefined;
  readonly contextId: string | undefined;
}

export type ResponseFields = Partial<Omit<AvatarResponse, 'type' | 'session_id' | 'user_id' | 'context_id'>>;

/** A response with every key. */
export function avatarResponse(
  type: AvatarResponseType,
  ids: ResponseIds,
  fields: ResponseFields = {},
): AvatarResponse {
  return {
    type,
    session_id: ids.sessionId ?? null,
    user_id: ids.userId ?? null,
    context_id: ids.contextId ?? null,
    text: fields.text ?? null,
    voice_text: fields.voice_text ?? null,
    language: fields.language ?? null,
    control_tags: fields.control_tags ?? null,
    avatar_control_request: fields.avatar_control_request ?? null,
    audio_data: fields.audio_data ?? null,
    metadata: fields.metadata ?? {},
    structured_content: fields.structured_content ?? null,
  };
}
