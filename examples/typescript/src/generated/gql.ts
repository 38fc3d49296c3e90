/* eslint-disable */
import * as types from './graphql.js';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "mutation RequestLoginCode($username: String!) {\n  requestLoginCode(username: $username) {\n    __typename\n    ... on LoginCodeSent {\n      expiresAt\n    }\n    ... on Problem {\n      code\n      message\n    }\n  }\n}\n\nmutation VerifyLoginCode($username: String!, $code: String!) {\n  verifyLoginCode(username: $username, code: $code) {\n    __typename\n    ... on Session {\n      accessToken\n      user {\n        mobile\n        balance\n      }\n    }\n    ... on Problem {\n      code\n      message\n    }\n  }\n}\n\nquery Services($first: Int!, $after: String) {\n  services(\n    first: $first\n    after: $after\n    where: {type: {in: [DEFAULT]}, price: {gte: 100}}\n    orderBy: {field: PRICE, direction: ASC}\n  ) {\n    totalCount\n    edges {\n      node {\n        id\n        name\n        price\n        min\n        max\n        type\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}\n\nmutation CreateOrder($input: CreateOrderInput!, $key: String!) {\n  createOrder(input: $input, idempotencyKey: $key) {\n    __typename\n    ... on Order {\n      id\n      status\n      charge\n    }\n    ... on QuantityOutOfRange {\n      min\n      max\n    }\n    ... on InsufficientBalance {\n      balance\n      charge\n    }\n    ... on Problem {\n      code\n      message\n    }\n  }\n}\n\nsubscription OrderUpdated($id: ID) {\n  orderUpdated(id: $id) {\n    id\n    status\n    remains\n  }\n}": typeof types.RequestLoginCodeDocument,
};
const documents: Documents = {
    "mutation RequestLoginCode($username: String!) {\n  requestLoginCode(username: $username) {\n    __typename\n    ... on LoginCodeSent {\n      expiresAt\n    }\n    ... on Problem {\n      code\n      message\n    }\n  }\n}\n\nmutation VerifyLoginCode($username: String!, $code: String!) {\n  verifyLoginCode(username: $username, code: $code) {\n    __typename\n    ... on Session {\n      accessToken\n      user {\n        mobile\n        balance\n      }\n    }\n    ... on Problem {\n      code\n      message\n    }\n  }\n}\n\nquery Services($first: Int!, $after: String) {\n  services(\n    first: $first\n    after: $after\n    where: {type: {in: [DEFAULT]}, price: {gte: 100}}\n    orderBy: {field: PRICE, direction: ASC}\n  ) {\n    totalCount\n    edges {\n      node {\n        id\n        name\n        price\n        min\n        max\n        type\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}\n\nmutation CreateOrder($input: CreateOrderInput!, $key: String!) {\n  createOrder(input: $input, idempotencyKey: $key) {\n    __typename\n    ... on Order {\n      id\n      status\n      charge\n    }\n    ... on QuantityOutOfRange {\n      min\n      max\n    }\n    ... on InsufficientBalance {\n      balance\n      charge\n    }\n    ... on Problem {\n      code\n      message\n    }\n  }\n}\n\nsubscription OrderUpdated($id: ID) {\n  orderUpdated(id: $id) {\n    id\n    status\n    remains\n  }\n}": types.RequestLoginCodeDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation RequestLoginCode($username: String!) {\n  requestLoginCode(username: $username) {\n    __typename\n    ... on LoginCodeSent {\n      expiresAt\n    }\n    ... on Problem {\n      code\n      message\n    }\n  }\n}\n\nmutation VerifyLoginCode($username: String!, $code: String!) {\n  verifyLoginCode(username: $username, code: $code) {\n    __typename\n    ... on Session {\n      accessToken\n      user {\n        mobile\n        balance\n      }\n    }\n    ... on Problem {\n      code\n      message\n    }\n  }\n}\n\nquery Services($first: Int!, $after: String) {\n  services(\n    first: $first\n    after: $after\n    where: {type: {in: [DEFAULT]}, price: {gte: 100}}\n    orderBy: {field: PRICE, direction: ASC}\n  ) {\n    totalCount\n    edges {\n      node {\n        id\n        name\n        price\n        min\n        max\n        type\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}\n\nmutation CreateOrder($input: CreateOrderInput!, $key: String!) {\n  createOrder(input: $input, idempotencyKey: $key) {\n    __typename\n    ... on Order {\n      id\n      status\n      charge\n    }\n    ... on QuantityOutOfRange {\n      min\n      max\n    }\n    ... on InsufficientBalance {\n      balance\n      charge\n    }\n    ... on Problem {\n      code\n      message\n    }\n  }\n}\n\nsubscription OrderUpdated($id: ID) {\n  orderUpdated(id: $id) {\n    id\n    status\n    remains\n  }\n}"): (typeof documents)["mutation RequestLoginCode($username: String!) {\n  requestLoginCode(username: $username) {\n    __typename\n    ... on LoginCodeSent {\n      expiresAt\n    }\n    ... on Problem {\n      code\n      message\n    }\n  }\n}\n\nmutation VerifyLoginCode($username: String!, $code: String!) {\n  verifyLoginCode(username: $username, code: $code) {\n    __typename\n    ... on Session {\n      accessToken\n      user {\n        mobile\n        balance\n      }\n    }\n    ... on Problem {\n      code\n      message\n    }\n  }\n}\n\nquery Services($first: Int!, $after: String) {\n  services(\n    first: $first\n    after: $after\n    where: {type: {in: [DEFAULT]}, price: {gte: 100}}\n    orderBy: {field: PRICE, direction: ASC}\n  ) {\n    totalCount\n    edges {\n      node {\n        id\n        name\n        price\n        min\n        max\n        type\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}\n\nmutation CreateOrder($input: CreateOrderInput!, $key: String!) {\n  createOrder(input: $input, idempotencyKey: $key) {\n    __typename\n    ... on Order {\n      id\n      status\n      charge\n    }\n    ... on QuantityOutOfRange {\n      min\n      max\n    }\n    ... on InsufficientBalance {\n      balance\n      charge\n    }\n    ... on Problem {\n      code\n      message\n    }\n  }\n}\n\nsubscription OrderUpdated($id: ID) {\n  orderUpdated(id: $id) {\n    id\n    status\n    remains\n  }\n}"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;