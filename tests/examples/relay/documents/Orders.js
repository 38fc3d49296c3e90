import { graphql } from 'relay-runtime';

// What Relay demands of a schema: a connection that it pages and refetches by `node(id:)`, and live updates.
graphql`
  query OrdersQuery {
    me { id ...Orders_user }
    ...Orders_list
  }
`;

graphql`
  fragment Orders_user on User @refetchable(queryName: "OrdersUserQuery") {
    balance
  }
`;

graphql`
  fragment Orders_list on Query
  @refetchable(queryName: "OrdersListQuery")
  @argumentDefinitions(first: { type: "Int", defaultValue: 20 }, after: { type: "String" }) {
    orders(first: $first, after: $after, orderBy: { field: UPDATED_AT }) @connection(key: "Orders_orders") {
      edges { node { id status service { name } ...Orders_order } }
    }
  }
`;

graphql`
  fragment Orders_order on Order @refetchable(queryName: "OrdersOrderQuery") {
    remains
    refills { id status }
  }
`;

graphql`
  mutation OrdersCreateMutation($input: CreateOrderInput!) {
    createOrder(input: $input) {
      ... on Order { id status }
      ... on Problem { code message }
    }
  }
`;

graphql`
  subscription OrdersUpdatedSubscription { orderUpdated { id status remains } }
`;
