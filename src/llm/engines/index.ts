export { LLM_FAMILY } from './llm-family.js';
export { LLM_KINDS, type LlmType } from './llm-kinds.js';
