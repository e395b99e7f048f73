#!/usr/bin/env bash
# A purchase through the public API, step by step: list, product, cart, checkout, payment, order.
# Needs curl, jq and the shop's address: eval "$(cargo xtask env)"; examples/purchase.sh
set -euo pipefail

shop=${LOCALMART_URL:?is not set; run: eval "\$(cargo xtask env)"}
place=${shop#*://}
[[ $place == *:* ]] || place+=:80
token=

# call METHOD PATH [BODY] [HEADER...]: prints the answer; stops with the problem's words on an error.
call() {
  local method=$1 path=$2 body=${3:-} answer
  local options=(--silent --show-error --resolve "$place:127.0.0.1" --request "$method" --write-out '\n%{http_code}')
  [[ -z $token ]] || options+=(--header "authorization: Bearer $token")
  [[ -z $body ]] || options+=(--header 'content-type: application/json' --data "$body")
  for header in "${@:4}"; do options+=(--header "$header"); done
  answer=$(curl "${options[@]}" "$shop/api/v1$path")
  if [[ ${answer##*$'\n'} != 2* ]]; then
    echo "$method $path: ${answer}" >&2
    return 1
  fi
  printf '%s' "${answer%$'\n'*}"
}

echo '1. Something that is in stock'
slug=$(call GET '/products?limit=50' | jq -er 'first(.items[] | select(.stock == "in")).slug')
variant=$(call GET "/products/$slug" | jq -er 'first(.variants[] | select(.stock == "in")).id')
echo "   $slug, variant $variant"

echo '2. A cart; its token says who we are from now on'
cart=$(call POST /carts '{}')
token=$(jq -er .token <<<"$cart")
cart=$(jq -er .id <<<"$cart")
call POST "/carts/$cart/items" "{\"variant_id\": \"$variant\", \"qty\": 2}" |
  jq -r '"   \(.count) items, \(.totals.items.minor) minor units of \(.currency)"'

echo '3. A checkout: address, then delivery'
checkout=$(call POST /checkouts "{\"cart_id\": \"$cart\"}" | jq -er .id)
call PATCH "/checkouts/$checkout" '{
  "email": "ada@example.org",
  "address": {"name": "Ada Example", "line1": "1 Market Street", "postcode": "10115", "city": "Berlin", "country": "DE"}
}' >/dev/null
rate=$(call GET "/checkouts/$checkout/shipping-rates" | jq -er '.items[0].id')
call PATCH "/checkouts/$checkout" "{\"rate\": \"$rate\"}" | jq -r '"   \(.rate), \(.totals.delivery.minor) minor units"'

echo '4. The card; the stock is ours for ten minutes'
total=$(call POST "/checkouts/$checkout/payment" '{
  "card": {"number": "9999000010000002", "expiry": "12/39", "cvc": "123", "holder": "Ada Example"}
}' | jq -ec .totals.grand)
echo "   to pay: $total"

echo '5. Complete: sent twice with one key, it is still one order'
key="Idempotency-Key: $(cat /proc/sys/kernel/random/uuid)"
for _ in 1 2; do
  order=$(call POST "/checkouts/$checkout/complete" "{\"expected_total\": $total}" "$key" | jq -er .number)
  echo "   $order"
done

echo '6. The order'
call GET "/orders/$order" | jq -c '{number, state, total: .totals.grand}'
