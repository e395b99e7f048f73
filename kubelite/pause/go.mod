module localmart.example/kubelite/pause

go 1.26
