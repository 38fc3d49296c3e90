/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** An order. The type of the service determines which fields are required. */
export type CreateOrderInput = {
  /** One per line. Required for CUSTOM_COMMENTS and CUSTOM_COMMENTS_PACKAGE. */
  comments?: string | null | undefined;
  /** Only for type DEFAULT, and only if the service supports drip-feed. */
  dripFeed?: DripFeedInput | null | undefined;
  /** Required for MENTIONS_HASHTAG. */
  hashtag?: string | null | undefined;
  /** One per line. Required for MENTIONS_WITH_HASHTAGS. */
  hashtags?: string | null | undefined;
  /** An http(s) URL or a username, such as `https://instagram.com/p/CA2`. Required for all types except SUBSCRIPTIONS. */
  link?: string | null | undefined;
  /** An http(s) URL. Required for MENTIONS_MEDIA_LIKERS. */
  mediaUrl?: string | null | undefined;
  /** The number of units, within the service's limits; with `dripFeed`, the units per run. Not required for packages, for SUBSCRIPTIONS, and for types that count lines (CUSTOM_COMMENTS, MENTIONS_CUSTOM_LIST). */
  quantity?: number | null | undefined;
  /** Global id of a `Service` on sale. */
  serviceId: string;
  /** Required for SUBSCRIPTIONS. */
  subscription?: SubscriptionInput | null | undefined;
  /** Required for MENTIONS_USER_FOLLOWERS, COMMENT_LIKES and SUBSCRIPTIONS. */
  username?: string | null | undefined;
  /** One per line. Required for MENTIONS_WITH_HASHTAGS and MENTIONS_CUSTOM_LIST. */
  usernames?: string | null | undefined;
};

/** Delivery in several runs, for services that support drip-feed. */
export type DripFeedInput = {
  /** Minutes between runs, 1 to 10080. */
  interval: number;
  /** The number of runs, 1 to 10000; each delivers `quantity`. */
  runs: number;
};

/** The status of an order. CANCELED and REFUNDED orders were refunded in full. */
export type OrderStatus =
  | 'AWAITING'
  | 'CANCELED'
  | 'COMPLETED'
  | 'ERROR'
  | 'INPROGRESS'
  | 'PARTIAL'
  | 'PENDING'
  | 'PROCESSING'
  | 'REFUNDED';

/** Identifies a problem for programs. The meaning of a code never changes. */
export type ProblemCode =
  | 'AMOUNT_OUT_OF_RANGE'
  | 'CATEGORY_NOT_FOUND'
  | 'DUPLICATE_ORDER'
  | 'EMAIL_TAKEN'
  | 'FORBIDDEN'
  | 'FREE_CREDITS_USED_UP'
  | 'FREE_CREDIT_TOO_SOON'
  | 'FRESH_CODE_REQUIRED'
  | 'GIFT_NOT_FOUND'
  | 'GIFT_SPENT'
  | 'IDEMPOTENCY_KEY_IN_PROGRESS'
  | 'IDEMPOTENCY_KEY_REUSED'
  | 'INSUFFICIENT_BALANCE'
  | 'INVALID_INPUT'
  | 'INVALID_LINK'
  | 'MALFORMED_USERNAME'
  | 'MOBILE_TAKEN'
  | 'NO_GIFT_TO_WIN'
  | 'ORDER_MAY_BE_AT_PROVIDER'
  | 'ORDER_NOT_CANCELABLE'
  | 'ORDER_NOT_CHANGEABLE'
  | 'ORDER_NOT_FOUND'
  | 'PAYMENT_GATEWAY_UNAVAILABLE'
  | 'PAYMENT_NOT_FOUND'
  | 'PAYMENT_NOT_MISMATCHED'
  | 'PROVIDER_CATALOGUE_UNREADABLE'
  | 'PROVIDER_NOT_FOUND'
  | 'QUANTITY_OUT_OF_RANGE'
  | 'QUOTA_REACHED'
  | 'REFILL_NOT_FOUND'
  | 'REFILL_NOT_HELD'
  | 'REFILL_UNAVAILABLE'
  | 'SERVICE_NOT_FOUND'
  | 'SERVICE_TOKEN_NOT_FOUND'
  | 'SERVICE_UNAVAILABLE'
  | 'SESSION_NOT_FOUND'
  | 'TICKET_NOT_FOUND'
  | 'TOO_MANY_CODES'
  | 'TOTP_CODE_REQUIRED'
  | 'TOTP_NOT_STARTED'
  | 'UNKNOWN_USER'
  | 'USER_NOT_FOUND'
  | 'WHEEL_GIFT_NOT_FOUND'
  | 'WHEEL_TOO_SOON'
  | 'WHEEL_USED_UP'
  | 'WRONG_LOGIN_CODE'
  | 'WRONG_TOTP_CODE';

/** The type of a service, which determines the fields an order needs. */
export type ServiceType =
  | 'COMMENT_LIKES'
  | 'CUSTOM_COMMENTS'
  | 'CUSTOM_COMMENTS_PACKAGE'
  | 'DEFAULT'
  | 'MENTIONS_CUSTOM_LIST'
  | 'MENTIONS_HASHTAG'
  | 'MENTIONS_MEDIA_LIKERS'
  | 'MENTIONS_USER_FOLLOWERS'
  | 'MENTIONS_WITH_HASHTAGS'
  | 'PACKAGE'
  | 'SUBSCRIPTIONS';

/** The settings of an order of type SUBSCRIPTIONS, in addition to `username`. */
export type SubscriptionInput = {
  /** Delay between a post and its delivery, in minutes: 0, 5, 10, 15, 30, 60 or 90. */
  delay?: number;
  /** The last day as DD/MM/YYYY, such as 31/12/2026; today or later. */
  expiry?: string | null | undefined;
  /** The largest quantity per post, in units. */
  max: number;
  /** The smallest quantity per post, in units. */
  min: number;
  /** The number of future posts, at least 1. */
  posts: number;
};

export type RequestLoginCodeMutationVariables = Exact<{
  username: string;
}>;


export type RequestLoginCodeMutation = { requestLoginCode:
    | { __typename: 'LoginCodeSent', expiresAt: string }
    | { __typename: 'MalformedUsername', code: ProblemCode, message: string }
    | { __typename: 'TooManyCodes', code: ProblemCode, message: string }
   | null };

export type VerifyLoginCodeMutationVariables = Exact<{
  username: string;
  code: string;
}>;


export type VerifyLoginCodeMutation = { verifyLoginCode:
    | { __typename: 'InvalidInput', code: ProblemCode, message: string }
    | { __typename: 'MalformedUsername', code: ProblemCode, message: string }
    | { __typename: 'Session', accessToken: string, user: { mobile: string | null, balance: number } }
    | { __typename: 'UnknownUser', code: ProblemCode, message: string }
    | { __typename: 'WrongLoginCode', code: ProblemCode, message: string }
   | null };

export type ServicesQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type ServicesQuery = { services: { totalCount: number | null, edges: Array<{ node: { id: string, name: string, price: number, min: number, max: number, type: ServiceType } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type CreateOrderMutationVariables = Exact<{
  input: CreateOrderInput;
  key: string;
}>;


export type CreateOrderMutation = { createOrder:
    | { __typename: 'DuplicateOrder', code: ProblemCode, message: string }
    | { __typename: 'IdempotencyKeyReused', code: ProblemCode, message: string }
    | { __typename: 'InsufficientBalance', balance: number, charge: number, code: ProblemCode, message: string }
    | { __typename: 'InvalidInput', code: ProblemCode, message: string }
    | { __typename: 'InvalidLink', code: ProblemCode, message: string }
    | { __typename: 'Order', id: string, status: OrderStatus, charge: number }
    | { __typename: 'QuantityOutOfRange', min: number, max: number, code: ProblemCode, message: string }
    | { __typename: 'ServiceUnavailable', code: ProblemCode, message: string }
   | null };

export type OrderUpdatedSubscriptionVariables = Exact<{
  id?: string | null | undefined;
}>;


export type OrderUpdatedSubscription = { orderUpdated: { id: string, status: OrderStatus, remains: number } };


export const RequestLoginCodeDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RequestLoginCode"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"username"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"requestLoginCode"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"username"},"value":{"kind":"Variable","name":{"kind":"Name","value":"username"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"LoginCodeSent"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Problem"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<RequestLoginCodeMutation, RequestLoginCodeMutationVariables>;
export const VerifyLoginCodeDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"VerifyLoginCode"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"username"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"code"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"verifyLoginCode"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"username"},"value":{"kind":"Variable","name":{"kind":"Name","value":"username"}}},{"kind":"Argument","name":{"kind":"Name","value":"code"},"value":{"kind":"Variable","name":{"kind":"Name","value":"code"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Session"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"accessToken"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"mobile"}},{"kind":"Field","name":{"kind":"Name","value":"balance"}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Problem"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<VerifyLoginCodeMutation, VerifyLoginCodeMutationVariables>;
export const ServicesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Services"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"services"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"where"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"type"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"in"},"value":{"kind":"ListValue","values":[{"kind":"EnumValue","value":"DEFAULT"}]}}]}},{"kind":"ObjectField","name":{"kind":"Name","value":"price"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"gte"},"value":{"kind":"IntValue","value":"100"}}]}}]}},{"kind":"Argument","name":{"kind":"Name","value":"orderBy"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"field"},"value":{"kind":"EnumValue","value":"PRICE"}},{"kind":"ObjectField","name":{"kind":"Name","value":"direction"},"value":{"kind":"EnumValue","value":"ASC"}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"price"}},{"kind":"Field","name":{"kind":"Name","value":"min"}},{"kind":"Field","name":{"kind":"Name","value":"max"}},{"kind":"Field","name":{"kind":"Name","value":"type"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<ServicesQuery, ServicesQueryVariables>;
export const CreateOrderDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateOrder"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateOrderInput"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"key"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createOrder"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}},{"kind":"Argument","name":{"kind":"Name","value":"idempotencyKey"},"value":{"kind":"Variable","name":{"kind":"Name","value":"key"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Order"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"charge"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"QuantityOutOfRange"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"min"}},{"kind":"Field","name":{"kind":"Name","value":"max"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InsufficientBalance"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"balance"}},{"kind":"Field","name":{"kind":"Name","value":"charge"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Problem"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<CreateOrderMutation, CreateOrderMutationVariables>;
export const OrderUpdatedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"OrderUpdated"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"orderUpdated"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"remains"}}]}}]}}]} as unknown as DocumentNode<OrderUpdatedSubscription, OrderUpdatedSubscriptionVariables>;