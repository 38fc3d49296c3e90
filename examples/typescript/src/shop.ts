import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

interface Answer<Data> {
  data?: Data | null;
  errors?: readonly { message: string }[];
}

function dataOf<Data>({ data, errors }: Answer<Data>): Data {
  if (errors?.length || !data) throw new Error(errors?.map((error) => error.message).join('; ') ?? 'no data');
  return data;
}

/** The shop's GraphQL over HTTP; what is asked and what comes has the types of the document. */
export class Shop {
  constructor(
    private readonly url: string,
    private readonly token?: string,
  ) {}

  async ask<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Data> {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'Accept-Language': 'en',
        ...(this.token && { Authorization: `Bearer ${this.token}` }),
      },
      body: JSON.stringify({ query: print(document), variables }),
    });
    return dataOf((await response.json()) as Answer<Data>);
  }

  /** The same shop, signed in. */
  signedIn(token: string): Shop {
    return new Shop(this.url, token);
  }

  /** One socket, over which subscriptions come and anything else may be asked; it ends with `close`. */
  listen(): Socket {
    return new Socket(`${this.url.replace('http', 'ws')}/graphql`, this.token);
  }
}

export class Socket {
  private readonly client;

  constructor(url: string, token?: string) {
    this.client = createClient({
      url,
      webSocketImpl: WebSocket,
      connectionParams: { Authorization: `Bearer ${token}` },
    });
  }

  /** The results of an operation, one by one; it begins at once, whether or not anybody waits for them. */
  async *follow<Data, Variables extends Record<string, unknown>>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
  ): AsyncGenerator<Data> {
    for await (const answer of this.client.iterate<Data>({ query: print(document), variables })) {
      yield dataOf(answer);
    }
  }

  close(): void {
    void this.client.dispose();
  }
}
