// Made from ../openapi.json by `npm run gen`. Do not edit.
export interface paths {
    "/api/v1/assets/{sha256}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a picture */
        get: operations["show_asset"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/carts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begins a cart, or finds the open one
         * @description A customer has one open cart. Without credentials the gateway adds `token`, once: send it as
         *     Bearer from then on.
         */
        post: operations["create_cart"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/carts/current": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The customer's open cart */
        get: operations["current_cart"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/carts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A cart of the customer */
        get: operations["show_cart"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/carts/{id}/items": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Adds pieces of a variant
         * @description Parallel requests add up. With an Idempotency-Key a repetition adds nothing.
         */
        post: operations["add_item"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/carts/{id}/items/{variant_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Removes a line; removing it again changes nothing */
        delete: operations["remove_item"];
        options?: never;
        head?: never;
        /** Sets the quantity of a line */
        patch: operations["change_item"];
        trace?: never;
    };
    "/api/v1/categories": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the categories */
        get: operations["list_categories"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/checkouts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begins the checkout of a cart
         * @description An open cart has one checkout: asking again gives the same one, with the cart's lines of now.
         *     When an earlier checkout of the cart has lapsed, what was entered there is kept.
         */
        post: operations["begin_checkout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/checkouts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a checkout */
        get: operations["get_checkout"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Changes the details of a checkout
         * @description Once stock is reserved, another address or delivery gives the stock back and begins again: the
         *     answer is then a new checkout that keeps all that was entered, and the old one names it in
         *     `replaced_by`.
         */
        patch: operations["change_checkout"];
        trace?: never;
    };
    "/api/v1/checkouts/{id}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Completes a checkout: authorises the payment and places the order
         * @description Repeated with the same key it gives the same answer. `timeout` says that the outcome is not
         *     known yet: ask for the checkout until it is.
         */
        post: operations["complete"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/checkouts/{id}/extend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Prolongs the reservation
         * @description Possible once; asking again changes nothing.
         */
        post: operations["extend"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/checkouts/{id}/payment": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Gives the card
         * @description The card goes to payments and is not stored. The order is made from the cart at today's prices
         *     and its stock is set aside for ten minutes; nothing is charged yet. After a decline the same
         *     call gives another card.
         */
        post: operations["give_payment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/checkouts/{id}/shipping-rates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the shipping rates to the checkout's address */
        get: operations["shipping_rates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the customer's orders */
        get: operations["list_orders"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orders/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows an order */
        get: operations["get_order"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orders/{number}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancels an order
         * @description Money and stock go back. An order that is cancelled already is shown as it is, so the request
         *     may be repeated.
         */
        post: operations["cancel_order"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/products": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists products */
        get: operations["list_products"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/products/{slug}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a product */
        get: operations["show_product"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The session; a browser without one gets its cookie here. */
        get: operations["show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @description What the customer may do with an order now.
         * @enum {string}
         */
        Action: "cancel";
        /** @description What to add. */
        AddItem: {
            /**
             * Format: int32
             * @description Pieces to add to those that are there.
             */
            qty: number;
            variant_id: components["schemas"]["VariantId"];
        };
        /** @description A postal address. */
        Address: {
            city: string;
            /**
             * @description ISO 3166-1 alpha-2.
             * @example DE
             */
            country: string;
            line1: string;
            line2?: string | null;
            name: string;
            /** @description For the carrier only. */
            phone?: string | null;
            postcode: string;
        };
        /**
         * @description Whether a line can be bought.
         * @enum {string}
         */
        Availability: "in" | "low" | "out" | "gone" | "unknown";
        BTreeMap: {
            [key: string]: string;
        };
        BeginCheckout: {
            cart_id: components["schemas"]["CartId"];
        };
        /** @description A product in a list. */
        Card: {
            category: components["schemas"]["CategoryRef"];
            compare_at?: components["schemas"]["Money"] | null;
            id: components["schemas"]["ProductId"];
            image?: components["schemas"]["Image"] | null;
            /** @description Of the cheapest variant. */
            price: components["schemas"]["Money"];
            /** @description In addresses. */
            slug: string;
            /** @description Of the variant that has most. */
            stock: components["schemas"]["StockLevel"];
            title: string;
        };
        /** @description A cart. */
        Cart: {
            /**
             * Format: int32
             * @description Pieces of all lines together.
             */
            count: number;
            currency: components["schemas"]["Currency"];
            id: components["schemas"]["CartId"];
            lines: components["schemas"]["CartLine"][];
            /** @description What the customer should know. */
            notices: components["schemas"]["CartNotice"][];
            /** @description The order that the cart became. */
            order_number?: string | null;
            state: components["schemas"]["CartState"];
            totals: components["schemas"]["Totals"];
            /**
             * Format: int64
             * @description Grows with each change; also the ETag.
             */
            version: number;
        };
        /**
         * Format: uuid
         * @description A cart.
         */
        CartId: string;
        /** @description A line of a cart. */
        CartLine: {
            availability: components["schemas"]["Availability"];
            /** @description The same as `variant_id`: a cart has one line per variant. */
            id: components["schemas"]["VariantId"];
            image?: components["schemas"]["Image"] | null;
            line_total?: components["schemas"]["Money"] | null;
            /**
             * Format: int32
             * @description Largest quantity of the line.
             */
            max_qty: number;
            options: components["schemas"]["BTreeMap"];
            /** Format: int32 */
            qty: number;
            sku: string;
            slug: string;
            title: string;
            /** @description Price of one piece now. */
            unit: components["schemas"]["Money"];
            variant_id: components["schemas"]["VariantId"];
            was?: components["schemas"]["Money"] | null;
        };
        /** @description Something the customer should know. */
        CartNotice: {
            code: components["schemas"]["CartNoticeCode"];
            detail: string;
        };
        /**
         * @description What a notice is about.
         * @enum {string}
         */
        CartNoticeCode: "price_changed" | "not_enough_stock" | "no_longer_sold" | "prices_unknown" | "totals_unknown";
        /**
         * @description Whether a cart still takes lines.
         * @enum {string}
         */
        CartState: "open" | "closed";
        /** @description A category. */
        Category: {
            /** @description In addresses; `kitchen/mugs` lies in `kitchen`. */
            path: string;
            /**
             * Format: int64
             * @description Products on sale in it and below it.
             */
            product_count: number;
            title: string;
        };
        /** @description Every category, parents before children. */
        CategoryList: {
            items: components["schemas"]["Category"][];
        };
        /** @description A category by address. */
        CategoryRef: {
            /** @description In addresses, for example `kitchen`. */
            path: string;
            title: string;
        };
        /** @description What is not given stays as it is. */
        ChangeCheckout: {
            address?: components["schemas"]["Address"] | null;
            email?: string | null;
            /** @description Id of a shipping rate. */
            rate?: string | null;
        };
        /** @description What the line shall hold. */
        ChangeItem: {
            /**
             * Format: int32
             * @description Pieces; 0 removes the line.
             */
            qty: number;
        };
        /** @description A checkout. */
        Checkout: {
            address?: components["schemas"]["Address"] | null;
            cart: components["schemas"]["CheckoutCart"];
            email?: string | null;
            /** Format: date-time */
            expires_at: string;
            id: components["schemas"]["CheckoutId"];
            /** @description The order that it became. */
            order_number?: string | null;
            payment: components["schemas"]["CheckoutPayment"];
            /** @description Id of the chosen shipping rate. */
            rate?: string | null;
            replaced_by?: components["schemas"]["CheckoutId"] | null;
            /**
             * Format: date-time
             * @description Until when the stock is set aside.
             */
            reservation_expires_at?: string | null;
            state: components["schemas"]["CheckoutState"];
            totals: components["schemas"]["Totals"];
        };
        /** @description The card given last. */
        CheckoutCard: {
            brand: string;
            last4: string;
        };
        /** @description The cart as it is being ordered. */
        CheckoutCart: {
            id: components["schemas"]["CartId"];
            lines: components["schemas"]["OrderLine"][];
            /**
             * Format: int64
             * @description The version that is being ordered; another one of the cart means that it has changed since.
             */
            version: number;
        };
        /**
         * Format: uuid
         * @description A checkout: the way from a cart to an order.
         */
        CheckoutId: string;
        /** @description Where the payment stands. */
        CheckoutPayment: {
            /**
             * Format: int32
             * @description Cards that may still be tried.
             */
            attempts_left: number;
            card?: components["schemas"]["CheckoutCard"] | null;
            /** @description Why the last card was declined: `declined`, `insufficient_funds` or `not_available`. */
            reason?: string | null;
            state: components["schemas"]["PaymentProgress"];
        };
        /**
         * @description Where a checkout stands.
         * @enum {string}
         */
        CheckoutState: "open" | "awaiting_payment" | "payment_ready" | "processing" | "completed" | "rejected" | "cancelled" | "expired";
        Complete: {
            /** @description The total that the customer has agreed to. */
            expected_total: components["schemas"]["Money"];
        };
        /** @description Nothing has to be said to begin a cart. */
        CreateCart: Record<string, never>;
        /**
         * @description ISO 4217 code: three capital letters.
         * @example EUR
         */
        Currency: string;
        /** @description One thing wrong with the request. */
        FieldError: {
            /** @description For programs, for example `unknown_field` or `out_of_range`. */
            code: string;
            /** @description For people: what is wrong and what to do. */
            detail: string;
            /** @description JSON pointer (RFC 6901) into the body, or `#query/<name>`, `#path/<name>`, `#header/<name>`. */
            pointer: string;
        };
        /**
         * @description How much of an order has left the house; derived from its shipments.
         * @enum {string}
         */
        FulfillmentStatus: "none" | "partial" | "all" | "returned";
        GivePayment: {
            card: components["schemas"]["PaymentCard"];
        };
        /** @description A picture by address. */
        Image: {
            /** @description What it shows, for those who do not see it. */
            alt: string;
            /** @description Path on the shop's own origin. */
            url: string;
        };
        /** @description An amount: `minor` units (for example cents) of `currency`. */
        Money: {
            currency: components["schemas"]["Currency"];
            /**
             * Format: int64
             * @description Minor units, for example cents; whole numbers only.
             * @example 12345
             */
            minor: number;
        };
        /** @description An order. */
        Order: {
            address: components["schemas"]["Address"];
            /** @description What the customer may do now. */
            allowed: components["schemas"]["Action"][];
            email: string;
            /** @description The history, oldest first. */
            events: components["schemas"]["OrderEvent"][];
            fulfillment_status: components["schemas"]["FulfillmentStatus"];
            id: components["schemas"]["OrderId"];
            lines: components["schemas"]["OrderLine"][];
            /** @description The number that people use. */
            number: string;
            payment_status: components["schemas"]["PaymentStatus"];
            /** Format: date-time */
            placed_at?: string | null;
            /** @description Id of the shipping rate. */
            rate: string;
            shipments: components["schemas"]["Shipment"][];
            state: components["schemas"]["OrderState"];
            totals: components["schemas"]["Totals"];
        };
        /** @description A transition of an order. */
        OrderEvent: {
            /** @description `customer`, or the part of the shop that did it. */
            actor: string;
            /** Format: date-time */
            at: string;
            from?: components["schemas"]["OrderState"] | null;
            reason?: string | null;
            /**
             * Format: int32
             * @description Counts from 1.
             */
            seq: number;
            to: components["schemas"]["OrderState"];
            /** @description Finds the request in logs and traces. */
            trace_id: string;
        };
        /**
         * Format: uuid
         * @description An order. It has the same id as the checkout that it came from.
         */
        OrderId: string;
        /** @description A line with copies of all that it shows. */
        OrderLine: {
            image?: components["schemas"]["Image"] | null;
            /** @description `unit` times `qty`. */
            line_total: components["schemas"]["Money"];
            options: {
                [key: string]: string;
            };
            /** Format: int32 */
            qty: number;
            sku: string;
            slug: string;
            tax: components["schemas"]["Money"] | null;
            title: string;
            /** @description Price of one piece, before tax. */
            unit: components["schemas"]["Money"];
            variant_id: components["schemas"]["VariantId"];
        };
        /**
         * @description Where an order stands.
         * @enum {string}
         */
        OrderState: "created" | "stock_reserved" | "rejected" | "payment_authorized" | "placed" | "fulfilling" | "shipped" | "delivered" | "completed" | "cancelled";
        /** @description An order in a list. */
        OrderSummary: {
            /**
             * Format: int32
             * @description Pieces of all lines together.
             */
            count: number;
            id: components["schemas"]["OrderId"];
            number: string;
            /** Format: date-time */
            placed_at: string;
            state: components["schemas"]["OrderState"];
            total: components["schemas"]["Money"];
        };
        Orders: {
            /** @description The latest first. */
            items: components["schemas"]["OrderSummary"][];
            next_cursor?: components["schemas"]["OrderId"] | null;
        };
        /** @description A card as a customer types it. Its `Debug` form shows nothing of it, so it cannot reach a log. */
        PaymentCard: {
            /**
             * @description Three or four digits.
             * @example 123
             */
            cvc: string;
            /**
             * @description `MM/YY`.
             * @example 12/30
             */
            expiry: string;
            /** @description Name on the card. */
            holder: string;
            /**
             * @description Starts with 9999, a range that no card scheme issues; spaces are allowed.
             * @example 9999 0000 1000 0002
             */
            number: string;
        };
        /**
         * @description Where the payment of a checkout stands.
         * @enum {string}
         */
        PaymentProgress: "none" | "ready" | "declined" | "authorized" | "unknown";
        /**
         * @description Where the money of an order stands; derived from its attempts.
         * @enum {string}
         */
        PaymentStatus: "none" | "authorized" | "captured" | "partially_refunded" | "refunded" | "voided";
        /** @description The body of a problem as it crosses the wire. */
        Problem: {
            code: components["schemas"]["ProblemCode"];
            detail: string;
            errors?: components["schemas"]["FieldError"][];
            /** Format: int32 */
            status: number;
            title: string;
            /** @description Finds the request in logs and traces. */
            trace_id?: string;
            /** @description `urn:localmart:problem:<code>`. */
            type: string;
        };
        /**
         * @description What went wrong, for programs. The set is closed: clients match on it exhaustively.
         * @enum {string}
         */
        ProblemCode: "validation_failed" | "unauthenticated" | "forbidden" | "not_found" | "method_not_allowed" | "cart_version_conflict" | "cart_closed" | "cart_changed" | "price_changed" | "out_of_stock" | "reservation_expired" | "invalid_state" | "payment_declined" | "idempotency_in_progress" | "idempotency_key_reused" | "idempotency_key_required" | "payload_too_large" | "unsupported_media_type" | "rate_limited" | "timeout" | "unavailable" | "internal";
        /** @description A product. */
        Product: components["schemas"]["Card"] & {
            images: components["schemas"]["Image"][];
            /** @description What a customer chooses, in order. */
            options: components["schemas"]["ProductOption"][];
            paragraphs: string[];
            /** @description In the order of display. */
            specs: components["schemas"]["Spec"][];
            /** @description In the order of the options' values. */
            variants: components["schemas"]["Variant"][];
        };
        /**
         * Format: uuid
         * @description A product: what a customer looks at.
         */
        ProductId: string;
        /** @description A page of products. */
        ProductList: {
            /**
             * Format: date-time
             * @description When the list was read.
             */
            as_of: string;
            items: components["schemas"]["Card"][];
            /** @description Leads to the next page; absent on the last. */
            next_cursor?: string | null;
            /**
             * Format: int64
             * @description Products on all pages.
             */
            total: number;
        };
        /** @description A choice. */
        ProductOption: {
            name: string;
            /** @description In order. */
            values: string[];
        };
        /** @description The visitor's session. */
        Session: {
            /** @description Identifies the web shop's build that this gateway serves. */
            build: string;
            cart?: components["schemas"]["SessionCart"] | null;
            /** @description ISO 4217 code of all prices. */
            currency: string;
            /** @description BCP 47 tag of the shop's language. */
            locale: string;
            /** @description Name of the shop. */
            title: string;
        };
        /** @description As much of the cart as the page header shows. */
        SessionCart: {
            /**
             * Format: int64
             * @description Units in the cart.
             */
            count: number;
            /** Format: uuid */
            id: string;
            /** Format: int64 */
            version: number;
        };
        /** @description A parcel on its way. None are made yet. */
        Shipment: {
            /** Format: date-time */
            shipped_at: string;
        };
        ShippingRate: {
            id: string;
            /** Format: int32 */
            max_days: number;
            /**
             * Format: int32
             * @description Working days.
             */
            min_days: number;
            price: components["schemas"]["Money"];
            title: string;
        };
        ShippingRates: {
            /** @description Cheapest first. */
            items: components["schemas"]["ShippingRate"][];
        };
        /** @description A fact. */
        Spec: {
            name: string;
            value: string;
        };
        /**
         * @description How much is left, told in words.
         * @enum {string}
         */
        StockLevel: "in" | "low" | "out";
        /** @description Sums of a cart, checkout or order. An amount that is not known yet is null, never 0. */
        Totals: {
            delivery: components["schemas"]["Money"] | null;
            discount: components["schemas"]["Money"] | null;
            grand: components["schemas"]["Money"] | null;
            items: components["schemas"]["Money"] | null;
            tax: components["schemas"]["Money"] | null;
        };
        /** @description What is put into a basket. */
        Variant: {
            compare_at?: components["schemas"]["Money"] | null;
            id: components["schemas"]["VariantId"];
            image?: components["schemas"]["Image"] | null;
            /**
             * Format: int32
             * @description Pieces left, told when they are few.
             */
            left?: number | null;
            /**
             * Format: int32
             * @description Most that can be chosen now; 0 when there is none.
             */
            max_qty: number;
            /** @description One value for each option. */
            options: {
                [key: string]: string;
            };
            price: components["schemas"]["Money"];
            /** @description Stock keeping unit, unique in the shop. */
            sku: string;
            stock: components["schemas"]["StockLevel"];
        };
        /**
         * Format: uuid
         * @description A variant of a product: what a customer buys and what has stock.
         */
        VariantId: string;
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    show_asset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Hash of the bytes, 64 hexadecimal digits */
                sha256: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The picture */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/svg+xml": string;
                };
            };
            /** @description The ETag in If-None-Match is still the one */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_cart: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Empty, or an empty object */
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CreateCart"] | null;
            };
        };
        responses: {
            /** @description The open cart */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cart"];
                };
            };
            /** @description A new cart */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cart"];
                };
            };
            /** @description validation_failed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    current_cart: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The cart */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cart"];
                };
            };
            /** @description not_found: no cart is open */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_cart: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The cart */
                id: components["schemas"]["CartId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The cart */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cart"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    add_item: {
        parameters: {
            query?: never;
            header?: {
                /** @description Stays the same when the request is repeated */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description The cart */
                id: components["schemas"]["CartId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AddItem"];
            };
        };
        responses: {
            /** @description The cart */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cart"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description cart_closed, out_of_stock */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description validation_failed, idempotency_key_reused */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description unavailable: the catalog cannot be asked */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_item: {
        parameters: {
            query?: never;
            header?: {
                /** @description ETag of the cart that the customer has seen */
                "If-Match"?: string | null;
            };
            path: {
                /** @description The cart */
                id: components["schemas"]["CartId"];
                /** @description The line's variant */
                variant_id: components["schemas"]["VariantId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The cart */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cart"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description cart_closed */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description cart_version_conflict, with the fresh cart in `cart` */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_item: {
        parameters: {
            query?: never;
            header?: {
                /** @description ETag of the cart that the customer has seen */
                "If-Match"?: string | null;
                /** @description Stays the same when the request is repeated */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description The cart */
                id: components["schemas"]["CartId"];
                /** @description The line's variant */
                variant_id: components["schemas"]["VariantId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeItem"];
            };
        };
        responses: {
            /** @description The cart */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cart"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description cart_closed */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description cart_version_conflict, with the fresh cart in `cart` */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description validation_failed, idempotency_key_reused */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_categories: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CategoryList"];
                };
            };
            /** @description The ETag in If-None-Match is still the one */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    begin_checkout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BeginCheckout"];
            };
        };
        responses: {
            /** @description The cart had a checkout already */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checkout"];
                };
            };
            /** @description Begun */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checkout"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description cart_closed, invalid_state (empty cart), out_of_stock */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description validation_failed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_checkout: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["CheckoutId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checkout"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_checkout: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["CheckoutId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeCheckout"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checkout"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_state: it is being completed or has ended */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description validation_failed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    complete: {
        parameters: {
            query?: never;
            header: {
                /** @description Stays the same when the request is repeated */
                "Idempotency-Key": string;
            };
            path: {
                id: components["schemas"]["CheckoutId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Complete"];
            };
        };
        responses: {
            /** @description Bought */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description payment_declined, with reason and attempts_left */
            402: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description cart_changed, price_changed, reservation_expired, invalid_state, idempotency_in_progress */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description validation_failed, idempotency_key_required, idempotency_key_reused */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description timeout: the outcome is not known yet */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    extend: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["CheckoutId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checkout"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_state: nothing is reserved; reservation_expired */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    give_payment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["CheckoutId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GivePayment"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checkout"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_state, cart_changed, cart_closed, out_of_stock, reservation_expired */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description validation_failed: details or card */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    shipping_rates: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["CheckoutId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShippingRates"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_state: there is no address yet */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_orders: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Orders"];
                };
            };
            /** @description validation_failed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_order: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description For example LM-7K3Q9X */
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancel_order: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description For example LM-7K3Q9X */
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_state: it is being packed or further */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_products: {
        parameters: {
            query?: {
                /** @description Words that must occur in title or description, or begin a word there. */
                q?: string;
                /** @description Path of a category; products below it are in it. */
                category?: string;
                /** @description Without it a search comes by how well it fits, and everything else newest first. */
                sort?: "newest" | "price_asc" | "price_desc" | "title";
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Products on the page; 24 without it. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProductList"];
                };
            };
            /** @description The ETag in If-None-Match is still the one */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description not_found: no such category */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description validation_failed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_product: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The product's name in addresses */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
            /** @description The ETag in If-None-Match is still the one */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description the cart cannot be read */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}
