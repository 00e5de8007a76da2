// Anthropic's own types under names that the schema generator can tell from their namesakes elsewhere in the SDK.
import type {
  BatchCreateParams,
  MessageBatch,
  MessageBatchIndividualResponse,
} from '@anthropic-ai/sdk/resources/messages';
import type {
  ErrorDetails,
  ErrorResponse,
  Message,
  MessageCreateParamsNonStreaming,
  ModelInfo,
} from '@anthropic-ai/sdk/resources';

export type ClaudeMessage = Message;
export type ClaudeMessageRequest = MessageCreateParamsNonStreaming;
export type ClaudeModelInfo = ModelInfo;
export type ClaudeErrorResponse = ErrorResponse;
export type ClaudeErrorDetails = ErrorDetails;
export type ClaudeBatch = MessageBatch;
export type ClaudeBatchRequest = BatchCreateParams;
export type ClaudeBatchResult = MessageBatchIndividualResponse;
