// Made from ../openapi.json by `npm run gen`. Do not edit.
export interface paths {
    "/api/v1/admin/discount-codes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the discount codes with their uses */
        get: operations["list_discount_codes"];
        put?: never;
        /** Makes a discount code */
        post: operations["create_discount_code"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/discount-codes/{code}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Changes a discount code
         * @description Orders that use it keep their discount.
         */
        patch: operations["change_discount_code"];
        trace?: never;
    };
    "/api/v1/admin/orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists everybody's orders */
        get: operations["list_all_orders"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/orders/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows anybody's order */
        get: operations["show_any_order"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/orders/{number}/pack": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begins to pack a placed order
         * @description Repeated, it changes nothing.
         */
        post: operations["pack_order"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/orders/{number}/refunds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sends money back, wholly or in part
         * @description All refunds of an order together never exceed what was paid. Repeated with the same key it gives
         *     the same answer. `timeout` says that the provider has not answered yet; the refund is finished
         *     nevertheless.
         */
        post: operations["refund_order"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/orders/{number}/returns/{id}/decision": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Approves or rejects a return
         * @description Repeated, it changes nothing.
         */
        post: operations["decide_return"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/orders/{number}/returns/{id}/receive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Takes the pieces of an approved return in
         * @description They go back to the shelf and their money to the customer. Repeated, it changes nothing.
         */
        post: operations["receive_return"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/orders/{number}/shipments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Hands a parcel over
         * @description Several parcels may make up an order; with its last piece the order is shipped. With an
         *     `Idempotency-Key` a repeated request gives the same answer and ships nothing again.
         */
        post: operations["ship"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/orders/{number}/shipments/{id}/deliver": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Notes that a parcel has arrived
         * @description With the last parcel the order is delivered. Repeated, it changes nothing.
         */
        post: operations["deliver_shipment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
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
    "/api/v1/carts/{id}/discount-codes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Puts a discount code on the cart
         * @description A cart has one code: another one takes its place. A code that cannot be used now is refused;
         *     one that cannot be used later stays, is told in a notice, and never blocks the cart.
         */
        post: operations["give_code"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/carts/{id}/discount-codes/{code}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Takes a discount code off the cart; one that is not there changes nothing */
        delete: operations["remove_code"];
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
    "/api/v1/carts/{id}/merge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Takes over the cart that was collected before signing in
         * @description Quantities add up to what a line can hold; what did not fit is told in `notices`. The guest's
         *     discount code is taken when the cart has none. The same guest's cart again adds nothing.
         */
        post: operations["merge_cart"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
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
    "/api/v1/checkouts/{id}/challenge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Answers the bank's question
         * @description The page of the simulated bank says whether the holder of the card has passed. Then complete
         *     the checkout again: it is bought, or the card is declined. The same answer may be given again.
         */
        post: operations["answer_challenge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
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
         *     known yet: ask for the checkout until it is. When the bank asks the customer (3-D Secure), lead
         *     them to the page of the challenge, then complete again, with the same key or another.
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
    "/api/v1/orders/{number}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tells what happened to an order */
        get: operations["list_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orders/{number}/returns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Asks to send pieces back
         * @description Possible once the order is delivered, for as long as it may be returned. With an
         *     `Idempotency-Key` a repeated request gives the same answer.
         */
        post: operations["ask_return"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orders/{number}/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follows an order
         * @description Server-sent events with the name `state`; `id` is the number of the step, `data` an entry of the
         *     order's history. The first one tells where the order stands; with `Last-Event-ID` the stream goes
         *     on after that step instead. A comment is sent after 15 seconds of silence.
         */
        get: operations["stream_events"];
        put?: never;
        post?: never;
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
        Action: "cancel" | "return";
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
        /** @description An order in the list of those who run the shop. */
        AdminOrderSummary: {
            /**
             * Format: int32
             * @description Pieces of all lines together.
             */
            count: number;
            email: string;
            fulfillment_status: components["schemas"]["FulfillmentStatus"];
            id: components["schemas"]["OrderId"];
            number: string;
            /** Format: date-time */
            placed_at: string;
            state: components["schemas"]["OrderState"];
            total: components["schemas"]["Money"];
        };
        AllOrders: {
            /** @description The latest first. */
            items: components["schemas"]["AdminOrderSummary"][];
            next_cursor?: components["schemas"]["OrderId"] | null;
        };
        AnswerBank: {
            outcome: components["schemas"]["ChallengeOutcome"];
        };
        /** @description A code that counts. */
        AppliedCode: {
            code: components["schemas"]["DiscountCode"];
            title: string;
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
            /** @description The code that the customer has given: none or one. */
            discount_codes?: components["schemas"]["CartDiscountCode"][];
            /**
             * Format: date-time
             * @description When the cart is forgotten unless it changes before. Carts of signed-in customers are kept.
             */
            expires_at?: string | null;
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
        /** @description A discount code of a cart. */
        CartDiscountCode: {
            /** @description Whether the totals contain it. */
            applied: boolean;
            code: components["schemas"]["DiscountCode"];
            /** @description Why not, and what to do. */
            reason?: string | null;
            /** @description For people. */
            title: string;
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
        CartNoticeCode: "price_changed" | "not_enough_stock" | "no_longer_sold" | "prices_unknown" | "totals_unknown" | "code_not_applied" | "quantity_reduced" | "line_left_out";
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
        /** @description A question of the bank to the customer (3-D Secure). */
        Challenge: {
            id: components["schemas"]["ChallengeId"];
            /** @description The page of the bank, on the shop's own origin. */
            url: string;
        };
        /**
         * Format: uuid
         * @description A question of the bank to the holder of a card (3-D Secure).
         */
        ChallengeId: string;
        /**
         * @description How the holder of a card answers the bank's question; the simulated bank lets them choose.
         * @enum {string}
         */
        ChallengeOutcome: "pass" | "fail";
        /** @description What is not given stays as it is. */
        ChangeCheckout: {
            address?: components["schemas"]["Address"] | null;
            email?: string | null;
            /** @description Id of a shipping rate. */
            rate?: string | null;
        };
        /** @description What is not given stays as it is. */
        ChangeDiscountCode: {
            /** @description Switches it off or on. */
            active?: boolean | null;
            /**
             * Format: date-time
             * @description From when on it no longer counts.
             */
            ends_at?: string | null;
            /**
             * Format: int32
             * @description Orders that may use it; not fewer than do.
             */
            max_uses?: number | null;
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
            /** @description The codes that count: none or one. */
            discount_codes?: components["schemas"]["AppliedCode"][];
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
            challenge?: components["schemas"]["Challenge"] | null;
            /** @description Why the last card was declined: `declined`, `insufficient_funds` or `challenge_failed`. */
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
        /** @description What completing is answered with while the bank asks the customer. */
        CompleteChallenged: {
            challenge: components["schemas"]["Challenge"];
            /** @description Always `challenge`. */
            state: components["schemas"]["PaymentProgress"];
        };
        /** @description A discount code as those who run the shop made it. */
        Coupon: {
            /** @description Whether it is switched on. */
            active: boolean;
            code: components["schemas"]["DiscountCode"];
            effect: components["schemas"]["DiscountEffect"];
            /**
             * Format: date-time
             * @description From when on it no longer counts.
             */
            ends_at?: string | null;
            /**
             * Format: int32
             * @description Orders that may use it; any number without it.
             */
            max_uses?: number | null;
            min_items?: components["schemas"]["Money"] | null;
            /**
             * Format: date-time
             * @description From when on it counts.
             */
            starts_at?: string | null;
            /** @description For customers. */
            title: string;
            /**
             * Format: int32
             * @description Orders that use it now: being paid for, or placed and not cancelled.
             */
            used: number;
        };
        /** @description Nothing has to be said to begin a cart. */
        CreateCart: Record<string, never>;
        /**
         * @description ISO 4217 code: three capital letters.
         * @example EUR
         */
        Currency: string;
        /**
         * @description A discount code: 3 to 32 capital letters, digits and hyphens, no hyphen at either end. Read
         *     from any mix of cases, always written in capitals.
         * @example WELCOME10
         */
        DiscountCode: string;
        DiscountCodes: {
            /** @description In the order of their codes. */
            items: components["schemas"]["Coupon"][];
            next_cursor?: components["schemas"]["DiscountCode"] | null;
        };
        /** @description What a code does. */
        DiscountEffect: {
            /** Format: int32 */
            basis_points: number;
            /** @enum {string} */
            kind: "percent";
        } | {
            amount: components["schemas"]["Money"];
            /** @enum {string} */
            kind: "fixed";
        } | {
            /** @enum {string} */
            kind: "free_shipping";
        };
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
         * @description How much of an order has left the house; derived from the pieces of its lines.
         * @enum {string}
         */
        FulfillmentStatus: "none" | "partial" | "all" | "returned";
        /** @description A discount code. */
        GiveCode: {
            /**
             * @description In any mix of cases.
             * @example WELCOME10
             */
            code: string;
        };
        GivePayment: {
            card: components["schemas"]["PaymentCard"];
        };
        History: {
            /** @description The oldest first. */
            items: components["schemas"]["HistoryEntry"][];
        };
        /** @description Something that happened to an order. */
        HistoryEntry: {
            /** Format: date-time */
            at: string;
            reason?: string | null;
            /**
             * Format: int32
             * @description Counts from 1.
             */
            seq: number;
            /** @description The state from then on. */
            state: components["schemas"]["OrderState"];
            /** @description For people. */
            text: string;
        };
        /** @description A picture by address. */
        Image: {
            /** @description What it shows, for those who do not see it. */
            alt: string;
            /** @description Path on the shop's own origin. */
            url: string;
        };
        /** @description Which guest's cart, with the proof that it is the caller's. */
        MergeCart: {
            guest_cart_id: components["schemas"]["CartId"];
            /** @description The `token` that came with the guest's cart. */
            guest_token: string;
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
        NewDiscountCode: {
            /**
             * @description 3 to 32 letters, digits and hyphens; kept in capitals.
             * @example WELCOME10
             */
            code: string;
            effect: components["schemas"]["DiscountEffect"];
            /**
             * Format: date-time
             * @description From when on it no longer counts.
             */
            ends_at?: string | null;
            /**
             * Format: int32
             * @description Orders that may use it; any number without it.
             */
            max_uses?: number | null;
            min_items?: components["schemas"]["Money"] | null;
            /**
             * Format: date-time
             * @description From when on it counts; at once without it.
             */
            starts_at?: string | null;
            /** @description For customers. */
            title: string;
        };
        NewRefund: {
            amount: components["schemas"]["Money"];
            /** @description For the customer and the books. */
            reason: string;
        };
        NewReturn: {
            /** @description What comes back; one line for each variant. */
            lines: components["schemas"]["StockLine"][];
            /** @description Why. */
            reason: string;
        };
        NewShipment: {
            /** @description What is in the parcel; one line for each variant. */
            lines: components["schemas"]["StockLine"][];
            /** @description The carrier's number. */
            tracking?: string | null;
        };
        /** @description An order. */
        Order: {
            address: components["schemas"]["Address"];
            /** @description What the customer may do now. */
            allowed: components["schemas"]["Action"][];
            /** @description The codes that count: none or one. */
            discount_codes?: components["schemas"]["AppliedCode"][];
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
            refunds?: components["schemas"]["Refund"][];
            /**
             * Format: date-time
             * @description Until when something may be sent back; known once everything is delivered.
             */
            return_until?: string | null;
            returns?: components["schemas"]["Return"][];
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
            discount?: components["schemas"]["Money"] | null;
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
        PaymentProgress: "none" | "ready" | "declined" | "authorized" | "unknown" | "challenge" | "challenge_answered";
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
        ProblemCode: "validation_failed" | "unauthenticated" | "forbidden" | "not_found" | "method_not_allowed" | "cart_version_conflict" | "cart_closed" | "cart_changed" | "price_changed" | "out_of_stock" | "discount_code_refused" | "reservation_expired" | "invalid_state" | "payment_declined" | "idempotency_in_progress" | "idempotency_key_reused" | "idempotency_key_required" | "payload_too_large" | "unsupported_media_type" | "rate_limited" | "timeout" | "unavailable" | "internal";
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
        /** @description A refund. */
        Refund: {
            amount: components["schemas"]["Money"];
            /** Format: date-time */
            at: string;
            id: components["schemas"]["RefundId"];
            reason: string;
            return_id?: components["schemas"]["ReturnId"] | null;
            state: components["schemas"]["RefundState"];
        };
        /**
         * Format: uuid
         * @description Money that goes back after an order was placed.
         */
        RefundId: string;
        /**
         * @description Where a refund stands.
         * @enum {string}
         */
        RefundState: "requested" | "done" | "refused";
        /** @description A return. */
        Return: {
            amount?: components["schemas"]["Money"] | null;
            /** @description The words of who decided. */
            decision_reason?: string | null;
            id: components["schemas"]["ReturnId"];
            lines: components["schemas"]["StockLine"][];
            /** @description The customer's words. */
            reason: string;
            /** Format: date-time */
            requested_at: string;
            state: components["schemas"]["ReturnState"];
        };
        ReturnDecision: {
            approve: boolean;
            /** @description For the customer. */
            reason?: string | null;
        };
        /**
         * Format: uuid
         * @description Pieces of an order that come back.
         */
        ReturnId: string;
        /**
         * @description Where a return stands.
         * @enum {string}
         */
        ReturnState: "requested" | "approved" | "rejected" | "received" | "refunded";
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
        /** @description A parcel. */
        Shipment: {
            /** Format: date-time */
            delivered_at?: string | null;
            id: components["schemas"]["ShipmentId"];
            lines: components["schemas"]["StockLine"][];
            /** Format: date-time */
            shipped_at: string;
            /** @description The carrier's number. */
            tracking?: string | null;
        };
        /**
         * Format: uuid
         * @description A parcel of an order.
         */
        ShipmentId: string;
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
        /** @description Some pieces of a variant. */
        StockLine: {
            /** Format: int32 */
            qty: number;
            variant_id: components["schemas"]["VariantId"];
        };
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
    list_discount_codes: {
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
                    "application/json": components["schemas"]["DiscountCodes"];
                };
            };
            /** @description forbidden: not an admin */
            403: {
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
    create_discount_code: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewDiscountCode"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Coupon"];
                };
            };
            /** @description forbidden: not an admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description validation_failed: a code that is taken among them */
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
    change_discount_code: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description In any mix of cases */
                code: components["schemas"]["DiscountCode"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeDiscountCode"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Coupon"];
                };
            };
            /** @description forbidden: not an admin */
            403: {
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
            /** @description validation_failed: fewer uses than there are among them */
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
    list_all_orders: {
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
                    "application/json": components["schemas"]["AllOrders"];
                };
            };
            /** @description forbidden: not an admin */
            403: {
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
    show_any_order: {
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
            /** @description forbidden: not an admin */
            403: {
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
        };
    };
    pack_order: {
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
            /** @description forbidden: not an admin */
            403: {
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
            /** @description invalid_state: it was cancelled */
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
    refund_order: {
        parameters: {
            query?: never;
            header: {
                /** @description Stays the same when the request is repeated */
                "Idempotency-Key": string;
            };
            path: {
                /** @description For example LM-7K3Q9X */
                number: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewRefund"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description forbidden: not an admin */
            403: {
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
            /** @description invalid_state, idempotency_in_progress */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description validation_failed: more than is left among them; idempotency_key_required, idempotency_key_reused */
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
    decide_return: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description For example LM-7K3Q9X */
                number: string;
                id: components["schemas"]["ReturnId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReturnDecision"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description forbidden: not an admin */
            403: {
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
            /** @description invalid_state: decided otherwise */
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
    receive_return: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description For example LM-7K3Q9X */
                number: string;
                id: components["schemas"]["ReturnId"];
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
            /** @description forbidden: not an admin */
            403: {
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
            /** @description invalid_state: not approved */
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
    ship: {
        parameters: {
            query?: never;
            header?: {
                /** @description Stays the same when the request is repeated */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description For example LM-7K3Q9X */
                number: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewShipment"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description forbidden: not an admin */
            403: {
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
            /** @description invalid_state, idempotency_in_progress */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description validation_failed: more pieces than are left among them; idempotency_key_reused */
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
    deliver_shipment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description For example LM-7K3Q9X */
                number: string;
                id: components["schemas"]["ShipmentId"];
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
            /** @description forbidden: not an admin */
            403: {
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
        };
    };
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
    give_code: {
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
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GiveCode"];
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
            /** @description validation_failed with the code unknown, not_started, expired, used_up or minimum_not_reached; idempotency_key_reused */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description unavailable: the code cannot be checked */
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
    remove_code: {
        parameters: {
            query?: never;
            header?: {
                /** @description ETag of the cart that the customer has seen */
                "If-Match"?: string | null;
            };
            path: {
                /** @description The cart */
                id: components["schemas"]["CartId"];
                /** @description In any mix of cases */
                code: string;
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
    merge_cart: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The cart of the signed-in customer */
                id: components["schemas"]["CartId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MergeCart"];
            };
        };
        responses: {
            /** @description The cart with the guest's lines */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cart"];
                };
            };
            /** @description forbidden: only who is signed in can take a cart over */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found: there is no such cart, or the token is not its guest's */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description cart_closed: one of the two has become an order */
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
    answer_challenge: {
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
                "application/json": components["schemas"]["AnswerBank"];
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
            /** @description invalid_state: the bank has asked nothing, or its question is over */
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
            /** @description The bank asks the customer */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompleteChallenged"];
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
            /** @description invalid_state, cart_changed, cart_closed, out_of_stock, discount_code_refused, reservation_expired */
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
    list_events: {
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
                    "application/json": components["schemas"]["History"];
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
    ask_return: {
        parameters: {
            query?: never;
            header?: {
                /** @description Stays the same when the request is repeated */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description For example LM-7K3Q9X */
                number: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewReturn"];
            };
        };
        responses: {
            201: {
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
            /** @description invalid_state, idempotency_in_progress */
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
        };
    };
    stream_events: {
        parameters: {
            query?: never;
            header?: {
                /** @description Number of the last step that was seen */
                "Last-Event-ID"?: number | null;
            };
            path: {
                /** @description For example LM-7K3Q9X */
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Entries of the history */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["HistoryEntry"];
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
            /** @description validation_failed: Last-Event-ID is no number */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited: too many streams are open */
            429: {
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
                sort?: "newest" | "price_asc" | "price_desc" | "title" | "popular";
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
