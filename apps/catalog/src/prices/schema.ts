import { buildSchema } from 'graphql';

export const schema = buildSchema(`
  type Query {
    "Null where there is no such product."
    product(sku: ID!): Product
    products(skus: [ID!]!): [Product]!
  }

  type Product {
    sku: ID!
    name: String!
    "Minor units."
    price: Int!
    "ISO 4217."
    currency: String!
  }
`);
