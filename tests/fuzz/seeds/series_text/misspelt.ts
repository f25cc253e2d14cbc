@dimesion 1
@equalLenght true
@data
1,2
3,4
